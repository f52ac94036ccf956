// Headers that cross the proxy are flat lists, `[name, value, name, value]`. Node's `rawHeaders` has this form, and
// `writeHead` and `request` accept it. Spelling, order and repetition stay.

import { hopByHop, namedByConnection } from './hop-by-hop.ts'

const strippedFromRequests: ReadonlySet<string> = new Set([
  ...hopByHop,
  // the caller writes its own
  'host',
  'content-length',
  'content-encoding', // the proxy has decoded the body
  'accept-encoding',
  'expect',
  // the credentials and accounts of the client differ from those used upstream
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'openai-organization',
  'openai-project',
  // the client's location
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'origin',
  'referer',
  // correlation of requests across accounts
  'traceparent',
  'tracestate',
])

/**
 * Returns the client headers that go upstream. They ask for uncompressed answers, so that usage can be read
 * in transit.
 */
export function requestHeaders(rawHeaders: readonly string[]): string[] {
  const named = namedByConnection(rawHeaders)
  const kept: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    if (strippedFromRequests.has(lower) || lower.startsWith('x-qwenctl-') || named?.has(lower)) continue
    kept.push(name, rawHeaders[index + 1] ?? '')
  }
  kept.push('accept-encoding', 'identity')
  return kept
}
