import type { Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import { estimateInput } from '../../wire/token-bound.ts'
import type { Route } from '../plan/routes.ts'

interface EstimateContext {
  route: Pick<Route, 'isMedia' | 'isCounted'>
  /** The request as sent. */
  body: Buffer
  outcome: OutcomeClass
  /** An upper bound of the tokens in the text that the client got. */
  sentTokens: number
}

/**
 * Fills in the counts that a service did not report, so that limits in tokens and dollars include these answers. A
 * truncated answer has at least the tokens that the client got. Sound and images have no estimate.
 */
export function completeUsage(usage: Usage, { route, body, outcome, sentTokens }: EstimateContext): Usage {
  const isKnown = usage.inputTokens !== null || usage.outputTokens !== null
  const isCut = outcome === 'aborted' || outcome === 'lost'
  if (isKnown && (!isCut || sentTokens <= (usage.outputTokens ?? 0))) return usage
  if (route.isMedia || !route.isCounted || !(isCut || outcome === 'ok')) return usage
  return {
    ...usage,
    inputTokens: usage.inputTokens ?? estimateInput(body),
    outputTokens: Math.max(usage.outputTokens ?? 0, sentTokens),
    isEstimated: true,
  }
}
