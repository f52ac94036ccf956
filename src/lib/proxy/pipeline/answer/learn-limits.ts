import type { UpstreamHead } from '../../transport/upstream-head.ts'
import type { AttemptContext } from '../attempt-context.ts'

/** Learns limits from an answer. `error`: its parsed body. Services count tokens separately from requests. */
export function learnLimits(
  { live, member, model, route }: AttemptContext,
  head: UpstreamHead,
  error?: unknown,
): void {
  if (route.isCounted) live.notes.learn(member, model, head, error)
}
