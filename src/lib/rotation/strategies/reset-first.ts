import { isInForce, standing } from '../../quota/standing.ts'
import type { Strategy } from './strategy.ts'

/** The account with the quota that expires soonest: what is not used by then is lost. */
export const resetFirst: Strategy = () => ({
  kind: 'scored',
  score({ subjects }, { view }) {
    let soonest = Infinity
    for (const limit of view.state.subjects.get(subjects.account)?.limits ?? []) {
      // A rolling window or a bucket returns bit by bit: nothing of it expires.
      const { kind } = limit.clock
      if (kind === 'rolling' || kind === 'refill' || !isInForce(limit, view.now)) continue
      soonest = Math.min(soonest, standing(limit, view.now).resetsAt ?? Infinity)
    }
    return soonest
  },
})
