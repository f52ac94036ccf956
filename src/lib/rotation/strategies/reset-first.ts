import { standing } from '../../quota/standing.ts'
import type { Strategy } from './strategy.ts'

/** The account whose quota expires soonest: what is not used by then is lost. */
export const resetFirst: Strategy = () => ({
  kind: 'scored',
  score({ subjects }, { view }) {
    let soonest = Infinity
    for (const limit of view.state.subjects.get(subjects.account)?.limits ?? []) {
      if (limit.clock.kind === 'rolling') continue // comes back charge by charge; nothing of it expires
      soonest = Math.min(soonest, standing(limit, view.now).resetsAt ?? Infinity)
    }
    return soonest
  },
})
