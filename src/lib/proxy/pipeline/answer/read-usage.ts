import type { Provider, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { ArrivingBody } from '../../transport/body/arriving-body.ts'
import { boundTokens } from '../../wire/token-bound.ts'
import { NO_USAGE } from '../exchange/request-facts.ts'

/** Reads the usage of a whole answer. As in a stream, the client gets its answer even if the usage is malformed. */
export function readUsage(provider: Provider, told: unknown): Usage {
  if (told === undefined || told === null) return NO_USAGE
  try {
    return provider.usage(told)
  } catch {
    return NO_USAGE
  }
}

/** An upper bound of the tokens in an answer that the client got whole, or of its end; 0 for any other. */
export function boundWhole(body: ArrivingBody, outcome: OutcomeClass): number {
  return outcome === 'ok' ? boundTokens(body.bytes.toString('latin1')) : 0
}
