import type { Member } from '../pool/member.ts'
import type { Strategy } from './strategy.ts'

/** Takes the accounts in turn. */
export const roundRobin: Strategy = () => takeTurns(() => 1)

/** In turn by weight, spread out: of 5:1:1 the first serves two or three times, then another, and so on. */
export const weighted: Strategy = () => takeTurns(({ account }) => Math.max(account.weight, Number.MIN_VALUE))

/**
 * A member of weight w has its n-th turn at (n + 1/2) / w on a common time line: the next turn on it serves. In every unit
 * of that time each member serves exactly its weight.
 */
function takeTurns(weightOf: (member: Member) => number): ReturnType<Strategy> {
  const served = new Map<Member, number>()
  let time = 0
  const turnOf = (member: Member): number => ((served.get(member) ?? 0) + 0.5) / weightOf(member)
  return {
    kind: 'ordered',
    isSticky: false,
    place: turnOf,
    took(member) {
      const turn = turnOf(member)
      // A member that was away for longer than a round does not catch up on missed turns.
      const missed = turn < time - 1 ? Math.floor(time * weightOf(member)) : 0
      served.set(member, Math.max(served.get(member) ?? 0, missed) + 1)
      time = Math.max(time, turn)
    },
  }
}
