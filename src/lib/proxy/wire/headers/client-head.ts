import type { IncomingHttpHeaders } from 'node:http'
import { CLIENT_KEY_PREFIX } from '../../../account/client-key.ts'
import { QwenctlError } from '../../../base/errors.ts'
import { CheckedHeaders } from './checked-headers.ts'
import { requestHeaders } from './request-headers.ts'
import { readSessionHeader } from '../body/session-hint.ts'

/**
 * The parts of a request's head that the proxy uses. A client sends almost the same head each time, so it is
 * kept.
 */
export interface ClientHead {
  readonly rawHeaders: readonly string[]
  /** The headers that go upstream. */
  readonly forwarded: CheckedHeaders
  readonly isAnthropic: boolean
  readonly contentEncoding: string | undefined
  readonly contentType: string | undefined
  /** The conversation, if a header names it. */
  readonly session: string | null
  /** The client key, or any other value sent in its place. */
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
 * Returns the head of this request: the previous one on the connection, if all but the body's length is the
 * same. `check` sees every new head, and throws to refuse it. Throws `invalid_request` for two hosts and for
 * a header that could forge another request.
 */
export function reuseClientHead(
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
    session: readSessionHeader(header),
    presented: presentedIn(
      header('authorization'),
      header('x-api-key') ?? header('api-key') ?? header('x-goog-api-key'),
    ),
    pin: header('x-qwenctl-account') ?? null,
    group: header('x-qwenctl-group') ?? null,
    wait: header('x-qwenctl-wait') ?? null,
    traceparent: header('traceparent') ?? null,
  }
}

/** RFC 9112 3.2: two parsers would choose different hosts. Node takes the first. */
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

/** A client may send a made-up key in one of the two headers, and the qwenctl key in the other. */
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
