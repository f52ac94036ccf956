import type { ServerResponse } from 'node:http'

/** Aborted once the client has left, also if it left before this call. */
export function watchLeaving(res: ServerResponse): AbortSignal {
  const left = new AbortController()
  if (res.destroyed) left.abort()
  else res.once('close', () => left.abort())
  return left.signal
}
