import type { Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import { estimateInput } from '../../wire/token-bound.ts'
import type { Route } from '../plan/routes.ts'

interface EstimateContext {
  route: Pick<Route, 'isMedia' | 'isCounted'>
  /** The request as sent. */
  body: Buffer
  outcome: OutcomeClass
  /** The most tokens of the text that the client was sent. */
  sentTokens: number
}

/**
 * Fills in what a service did not say, so that limits in tokens and dollars count these answers too. An answer that
 * was cut has at least the tokens that the client was sent. Sound and pictures have no estimate.
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
