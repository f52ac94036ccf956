import type { Provider, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { ArrivingBody } from '../../transport/body/arriving-body.ts'
import { boundTokens } from '../../wire/token-bound.ts'
import type { AttemptContext } from '../attempt-context.ts'
import { completeUsage } from './estimate-usage.ts'
import { NO_USAGE } from '../exchange.ts'
import type { StreamRelay } from './stream-relay.ts'

/** Reads the usage of a whole answer. As in a stream, the client gets its answer even if the usage is malformed. */
export function readUsage(provider: Provider, told: unknown): Usage {
  if (told === undefined || told === null) return NO_USAGE
  try {
    return provider.usage(told)
  } catch {
    return NO_USAGE
  }
}

interface Answered {
  usage: Usage
  /** The whole answer, or the end of it. */
  body: ArrivingBody
  /** Null: the answer was no stream. */
  relay: Pick<StreamRelay, 'sentTokens'> | null
}

/** Completes the usage of an answer. A whole answer is read once more only if its service named no tokens. */
export function completeAnswer(
  { route, outgoing }: AttemptContext,
  outcome: OutcomeClass,
  { usage, body, relay }: Answered,
): Usage {
  const isKnown = usage.inputTokens !== null || usage.outputTokens !== null
  const isRead = relay === null && !isKnown && outcome === 'ok'
  const sentTokens = relay?.sentTokens ?? (isRead ? boundTokens(body.bytes.toString('latin1')) : 0)
  return completeUsage(usage, { route, body: outgoing.body, outcome, sentTokens })
}
