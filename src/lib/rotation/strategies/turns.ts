import type { Member } from '../pool/member.ts'
import type { Turns } from '../pool/turns.ts'
import type { Strategy } from './strategy.ts'

/** Takes the accounts in turn. */
export const roundRobin: Strategy = ({ turns }) => takeTurns(turns, () => 1)

/** In turn by weight, spread out: of 5:1:1 the first serves two or three times, then another, and so on. */
export const weighted: Strategy = ({ turns }) =>
  takeTurns(turns, ({ account }) => Math.max(account.weight, Number.MIN_VALUE))

/**
 * A member of weight w has its n-th turn at (n + 1/2) / w on a common time line: the next turn on it serves. In every unit
 * of that time each member serves exactly its weight.
 */
function takeTurns(turns: Turns, weightOf: (member: Member) => number): ReturnType<Strategy> {
  const findTurn = (member: Member): number => {
    const weight = weightOf(member)
    return (turns.count(member.account.id, weight) + 0.5) / weight
  }
  return {
    kind: 'ordered',
    isSticky: false,
    place: findTurn,
    took(member) {
      const { id } = member.account
      const weight = weightOf(member)
      const turn = findTurn(member)
      // A member that was away for longer than a round does not catch up on missed turns.
      const missed = turn < turns.time - 1 ? Math.floor(turns.time * weight) : 0
      turns.take(id, weight, Math.max(turns.count(id, weight), missed) + 1)
      turns.time = Math.max(turns.time, turn)
    },
  }
}
