import type { IncomingHttpHeaders } from 'node:http'
import { CLIENT_KEY_PREFIX } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import { CheckedHeaders } from '../wire/checked-headers.ts'
import { requestHeaders } from '../wire/response-headers.ts'
import { sessionHeaderOf } from '../wire/session-hint.ts'

/** What the proxy takes from a request's head. A program sends nearly the same with every request, so it is kept. */
export interface ClientHead {
  readonly rawHeaders: readonly string[]
  /** What goes upstream. */
  readonly forwarded: CheckedHeaders
  readonly isAnthropic: boolean
  readonly contentEncoding: string | undefined
  readonly contentType: string | undefined
  /** The conversation, where a header names it. */
  readonly session: string | null
  /** The client key, or what else stood where a key goes. */
  readonly presented: string | null
  /** `x-qwenctl-account`, as the client wrote it. */
  readonly pin: string | null
  /** `x-qwenctl-group` */
  readonly group: string | null
  /** `x-qwenctl-wait`, as the client wrote it. */
  readonly wait: string | null
  /** `traceparent`, as the client wrote it. */
  readonly traceparent: string | null
}

/**
 * The head of this request: the one before on the same connection, if it says the same in all but the body's length.
 * `check` is asked about every new one, and throws where it is refused.
 * Throws `invalid_request` for a header that could forge another request, and for two hosts.
 */
export function clientHeadOf(
  call: { readonly rawHeaders: readonly string[]; readonly headers: IncomingHttpHeaders },
  before: ClientHead | null,
  check: (headers: IncomingHttpHeaders) => void,
): ClientHead {
  const { rawHeaders } = call
  if (before !== null && isSame(rawHeaders, before.rawHeaders)) return before
  const { headers } = call
  refuseTwoHosts(rawHeaders)
  check(headers)
  const header = (name: string) => {
    const value = headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  return {
    rawHeaders,
    forwarded: new CheckedHeaders(requestHeaders(rawHeaders)),
    isAnthropic: headers['anthropic-version'] !== undefined,
    contentEncoding: headers['content-encoding'],
    contentType: headers['content-type'],
    session: sessionHeaderOf(header),
    presented: presentedIn(header('authorization'), header('x-api-key')),
    pin: header('x-qwenctl-account') ?? null,
    group: header('x-qwenctl-group') ?? null,
    wait: header('x-qwenctl-wait') ?? null,
    traceparent: header('traceparent') ?? null,
  }
}

/** RFC 9112 3.2: which of them is meant, two readers would tell differently. Node takes the first. */
function refuseTwoHosts(rawHeaders: readonly string[]): void {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === HOST.length && rawHeaders[index]!.toLowerCase() === HOST) hosts += 1
  if (hosts > 1)
    throw new QwenctlError('invalid_request', 'the request has more than one host header', {
      hint: 'send the one that the address has',
    })
}

const HOST = 'host'

/** Some clients send a key of their own making in one of the two headers, and ours in the other. */
function presentedIn(authorization: string | undefined, apiKey: string | undefined): string | null {
  const bearer = authorization === undefined ? null : authorization.replace(/^bearer\s+/i, '').trim()
  if (apiKey === undefined || bearer?.startsWith(CLIENT_KEY_PREFIX) === true) return bearer
  return apiKey
}

const CONTENT_LENGTH = 'content-length'

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true
  const { length } = a
  if (length !== b.length) return false
  for (let index = 0; index < length; index += 2) {
    const name = a[index]!
    if (name !== b[index]) return false
    if (a[index + 1] === b[index + 1]) continue
    if (name.length !== CONTENT_LENGTH.length || name.toLowerCase() !== CONTENT_LENGTH) return false
  }
  return true
}
