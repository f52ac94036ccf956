// Headers that cross the proxy are flat lists, `[name, value, name, value]`. Node's `rawHeaders` has this form, and
// `writeHead` and `request` accept it. Spelling, order and repetition stay.

import { hideInHeaders } from '../secrets/hide-secret.ts'
import { hopByHop, namedByConnection } from './hop-by-hop.ts'

const strippedFromResponses: ReadonlySet<string> = new Set([
  ...hopByHop,
  // the caller writes its own, since it may change the body's length
  'content-length',
  // limits of one account, while others may be free
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'openai-organization',
  'openai-project',
  'anthropic-organization-id',
  // properties of the upstream's origin, not the proxy's
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'clear-site-data',
  'strict-transport-security',
  'nel',
  'report-to',
  'reporting-endpoints',
])

const upstreamRequestIds: ReadonlySet<string> = new Set(['x-request-id', 'request-id'])
const UPSTREAM_REQUEST_ID = 'x-qwenctl-upstream-request-id'

/**
 * Returns the upstream headers that go to the client, with the request id under another name.
 * `content-encoding` stays. The body passes as it came, even from an upstream that compresses without being
 * asked.
 */
export function responseHeaders(rawHeaders: readonly string[]): string[] {
  const named = namedByConnection(rawHeaders)
  const kept: string[] = []
  let hasRequestId = false
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    const fate = decideFate(name)
    if (fate === 'passes') {
      if (!named?.has(name.toLowerCase())) kept.push(name, rawHeaders[index + 1]!)
    } else if (fate === 'request-id') {
      if (!hasRequestId) kept.push(UPSTREAM_REQUEST_ID, rawHeaders[index + 1]!)
      hasRequestId = true
    }
  }
  return kept
}

/** The upstream headers that go to the client. Built once for each head, even if the head recurs. */
export class PassedHeaders {
  /** Flat `[name, value, ...]`. */
  readonly list: readonly string[]
  /** A cache for senders that repeat the same status: see `response-head-bytes.ts`. */
  start: { readonly status: number; readonly bytes: Buffer } | null = null
  /** The credential that the list does not show; null: none was looked for. */
  secret: string | null
  /** Asterisks replace a credential in the list. */
  isHiding = false
  #hasDate: boolean | null = null

  constructor(list: readonly string[], secret: string | null = null) {
    this.list = list
    this.secret = secret
  }

  get hasDate(): boolean {
    return (this.#hasDate ??= this.list.some(
      (text, index) => index % 2 === 0 && text.toLowerCase() === 'date',
    ))
  }
}

export const nothingPassed = new PassedHeaders([])

/** The cached `responseHeaders` of a head, without the credential. A head may recur for another account. */
export function passedHeaders(
  head: { readonly rawHeaders: readonly string[]; forClient: PassedHeaders | null },
  secret: string,
): PassedHeaders {
  const known = head.forClient
  if (known?.secret === secret) return known
  const shown = hideInHeaders(head.rawHeaders, secret)
  // The head has neither credential, so the derived headers are the same.
  if (known !== null && !known.isHiding && shown === head.rawHeaders) {
    known.secret = secret
    return known
  }
  const passed = new PassedHeaders(responseHeaders(shown), secret)
  passed.isHiding = shown !== head.rawHeaders
  return (head.forClient = passed)
}

export function headerLines(headers: readonly string[]): string {
  let lines = ''
  for (let index = 0; index < headers.length; index += 2)
    lines += `${headers[index]!}: ${headers[index + 1]!}\r\n`
  return lines
}

type Fate = 'passes' | 'stripped' | 'request-id'

/** Far more names than all providers send together. Further names are checked each time. */
const MOST_KNOWN = 512
const known = new Map<string, Fate>()

function decideFate(name: string): Fate {
  const before = known.get(name)
  if (before !== undefined) return before
  const lower = name.toLowerCase()
  const fate = upstreamRequestIds.has(lower)
    ? 'request-id'
    : isStrippedFromResponse(lower)
      ? 'stripped'
      : 'passes'
  if (known.size < MOST_KNOWN) known.set(name, fate)
  return fate
}

function isStrippedFromResponse(lower: string): boolean {
  if (strippedFromResponses.has(lower)) return true
  // An account's own limits would mislead about those of the pool.
  if (lower.includes('ratelimit') || lower.includes('rate-limit')) return true
  // An upstream's open CORS would let every web page read a proxy on this machine.
  return lower.startsWith('access-control-') || lower.startsWith('x-qwenctl-')
}
