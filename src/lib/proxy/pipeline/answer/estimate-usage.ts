import type { Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import { estimateInput } from '../../wire/token-bound.ts'
import type { AttemptContext } from '../attempt-context.ts'
import type { AnswerRelay } from './answer-relay.ts'

/**
 * Fills in the counts that a service did not report, so that limits in tokens and dollars include these answers. A
 * truncated answer has at least the tokens that the client got. Sound and images have no estimate. `relay`: null if
 * no answer came.
 */
export function completeUsage(
  { route, outgoing }: AttemptContext,
  outcome: OutcomeClass,
  usage: Usage,
  relay: AnswerRelay | null,
): Usage {
  const { inputTokens, outputTokens } = usage
  const isKnown = inputTokens !== null || outputTokens !== null
  const isCut = outcome === 'aborted' || outcome === 'lost'
  if (isKnown && !isCut) return usage
  if (route.isMedia || !route.isCounted || !(isCut || outcome === 'ok')) return usage
  const sentTokens = relay === null ? 0 : relay.boundTokens(outcome)
  if (isKnown && sentTokens <= (outputTokens ?? 0)) return usage
  return {
    ...usage,
    inputTokens: inputTokens ?? estimateInput(outgoing.body),
    outputTokens: Math.max(outputTokens ?? 0, sentTokens),
    isEstimated: true,
  }
}
