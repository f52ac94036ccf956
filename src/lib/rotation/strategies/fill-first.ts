import type { Strategy } from './strategy.ts'

/** Uses an account until it is out, then the next, in the order of the accounts. */
export const fillFirst: Strategy = ({ members }) => {
  const places = new Map(members.map((member, place) => [member, place]))
  return {
    kind: 'ordered',
    isSticky: true,
    place: (member) => places.get(member) ?? Infinity,
    took: () => undefined,
  }
}
