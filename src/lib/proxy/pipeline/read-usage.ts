import type { Provider, Usage } from '../../provider/provider.ts'
import { NO_USAGE } from './exchange.ts'

/** Reads the usage of a whole answer. Odd usage must not cost the client its answer, as in a stream. */
export function readUsage(provider: Provider, told: unknown): Usage {
  if (told === undefined || told === null) return NO_USAGE
  try {
    return provider.usage(told)
  } catch {
    return NO_USAGE
  }
}
