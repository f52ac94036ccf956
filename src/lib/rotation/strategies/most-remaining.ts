import { isInForce, countUsed } from '../../quota/standing.ts'
import type { SubjectState } from '../../quota/log/state.ts'
import type { Strategy } from './strategy.ts'

/** The account with the largest share left of its tightest limit. */
export const mostRemaining: Strategy = () => ({
  kind: 'scored',
  score: ({ subjects }, { view, picks }) =>
    -shareLeft(
      view.state.subjects.get(subjects.account),
      view.now,
      picks.pending(subjects.account, view.state),
    ),
})

/** 1 for an account without limits. `pending`: requests that are on their way into the ledger. */
export function shareLeft(subject: SubjectState | undefined, now: number, pending = 0): number {
  let share = 1
  if (subject === undefined) return share
  for (const limit of subject.limits) {
    if (!isInForce(limit, now)) continue
    const taken = limit.metric === 'requests' ? pending : 0
    const { max } = limit
    const left = max > 0 ? Math.max(0, max - countUsed(limit, now) - taken) / max : 0
    if (left < share) share = left
  }
  return share
}
