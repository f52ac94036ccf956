import { formatDay } from '../../base/iso-time.ts'
import type { Strategy } from './strategy.ts'

/** The account with the fewest requests of this UTC day. */
export const leastUsed: Strategy = () => ({
  kind: 'scored',
  score: ({ subjects }, { view, picks }) =>
    (view.state.days.get(formatDay(view.now))?.get(subjects.account)?.requests ?? 0) +
    picks.pending(subjects.account, view.state),
})
