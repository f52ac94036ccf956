import type { ErrorCode } from '../../base/errors.ts'
import { QwenctlError, errorKinds, isQwenctlError, readMessage } from '../../base/errors.ts'
import type { AttemptRecord } from '../../observe/request-event.ts'
import type { Dialect, Usage } from '../../provider/provider.ts'
import { ACCEPTED_CODINGS } from '../transport/body/content-codings.ts'
import { turnClock } from '../../base/turn-clock.ts'
import type { KnownKey } from '../pool/authenticate.ts'
import type { CallListener, ClientCall } from '../transport/client-call.ts'
import { bodyAsEvent, signOfLife, STREAM_HEADERS } from '../wire/streams/kept-open.ts'
import type { PassedHeaders } from '../wire/headers/response-headers.ts'
import type { ErrorShape } from '../wire/wire-errors.ts'
import { errorBody, findErrorShape } from '../wire/wire-errors.ts'

/** The name of every unknown path. Observers must not see what clients write. */
const NO_ROUTE = '*'

/** On a retry the pool answers the same: clients would only lose time. */
const final: ReadonlySet<ErrorCode> = new Set([
  'quota_exhausted',
  'needs_action',
  'no_accounts',
  'model_not_found',
  'route_not_served',
])

/** The header value when no account was asked. No account can have this name. */
const NO_ACCOUNT = '-'

/** Larger answers take their time on the way. */
const QUICK_BYTES = 16 << 10
const NO_CONTENT = 204

const NOTHING: readonly string[] = []
const MOST_FIELDS = 20

/** Names of fields as a header. A client may have written any name. */
function listFields(fields: readonly string[]): string {
  return fields
    .slice(0, MOST_FIELDS)
    .map((field) => field.replaceAll(/[^\w.-]/g, '_').slice(0, 80))
    .join(', ')
}

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null, costUsd: null }

/**
 * Learns that a client has left. An object, not a closure. With a closure on every exchange, all of a request
 * survived two scavenges and died only in old space. Measured: each promoted 2 to 10 MB, and memory doubled.
 */
export interface ClientLeftListener {
  onClientLeft(): void
}

/** The owner of a proxy's exchanges. */
export interface ExchangeListener {
  /** The connection has released the exchange; the pipeline may still work on it. */
  onEnded(exchange: Exchange): void
  /** The pipeline has finished, with the error that ended it, if any. */
  onFinished(exchange: Exchange, error: unknown): void
  /** The client has stopped in the middle. */
  onStopped(exchange: Exchange): void
}

/** A request of one client and its answer. Every answer of the proxy leaves through here. */
export class Exchange implements CallListener {
  call: ClientCall
  readonly id: string
  readonly #host: ExchangeListener
  dialect: Dialect = 'openai'
  /** The client's key; null: none is needed. */
  key: KnownKey | null = null
  /** The dialect of the last attempt's account; null: no attempt. */
  spoken: Dialect | null = null
  /** Attempts so far, and the account of the last one. */
  attempts = 0
  account: string | null = null
  /** The answer comes from the sandbox, and carries a header that says it. */
  isSimulated = false
  /** The last attempt's account got the request in another format. */
  isTranslated = false
  /** Fields of the request that the account of the last attempt did not get. */
  leftOut: readonly string[] = NOTHING
  /** The bound of its answer that qwenctl set for the last attempt; null: none. */
  mostOutput: number | null = null
  /** The methods of the path, if the request used another. */
  allow: string | null = null
  /** Called once, when the client leaves before its answer is complete. */
  clientListener: ClientLeftListener | null = null
  isGone = false
  /** Called when an account was reserved, or was not: the next queued request may continue. */
  onReserved: (() => void) | null = null
  /** The client has had a 200 and keep-alive events, and waits for the answer. */
  isKeptOpen = false
  isClosed = false
  /** The pipeline works on it, and still has something to report after the answer has left. */
  isWorkedOn = false
  /** The attempts to report at the end; null: they are not reported. The rest is in `request-record.ts`. */
  tries: readonly AttemptRecord[] | null = null
  /**
   * Epoch milliseconds: head read, answer begun (0: sent in one piece with its end), answer sent or client
   * gone.
   */
  readonly at = turnClock()
  beganAt = 0
  endedAt = 0
  /** When the client last got a byte, or the exchange began: epoch milliseconds. */
  heardAt = this.at
  /** From the table of routes. */
  route = NO_ROUTE
  /** As the client wrote it. */
  model: string | null = null
  isStream = false
  /** The client reads the stream as one JSON list. No sign of life fits into it. */
  isList = false
  traceparent: string | null = null
  usage: Usage = NO_USAGE
  /** Status of the answer; null: there was none. */
  status: number | null = null
  refusal: QwenctlError | null = null
  /** Body bytes. */
  bytesIn = 0
  bytesOut = 0
  /** The buffers of its request bodies; see `buffer-pool.ts`. */
  pieces: Buffer[] | null = null
  /** The proxy ended it: the client would have stayed. */
  isCut = false

  constructor(call: ClientCall, id: string, host: ExchangeListener) {
    this.call = call
    this.id = id
    this.#host = host
    call.listener = this
  }

  /** The call may have ended early. */
  onCallEnded(isWhole: boolean): void {
    this.isClosed = true
    if (this.tries !== null) this.endedAt = turnClock()
    if (!isWhole) {
      this.isGone = true
      this.clientListener?.onClientLeft()
    }
    this.#host.onEnded(this)
  }

  /** The pipeline has finished its work on the exchange. */
  finish(error: unknown = null): void {
    this.#host.onFinished(this, error)
  }

  onClientStopped(): void {
    this.#host.onStopped(this)
  }

  /** Adds the headers of every answer after those given. Flat, as `writeHead` takes them. */
  headers(more: string[] = []): string[] {
    more.push('x-request-id', this.id, 'x-qwenctl-attempts', String(this.attempts))
    more.push('x-qwenctl-account', this.account ?? NO_ACCOUNT)
    if (this.allow !== null) more.push('allow', this.allow)
    if (this.isTranslated && this.spoken !== null) more.push('x-qwenctl-translated', this.spoken)
    if (this.leftOut.length > 0) more.push('x-qwenctl-left-out', listFields(this.leftOut))
    if (this.mostOutput !== null) more.push('x-qwenctl-max-tokens', String(this.mostOutput))
    if (this.isSimulated) more.push('x-qwenctl-simulated', 'true')
    if (this.dialect === 'anthropic') more.push('request-id', this.id)
    return more
  }

  /** Sends the head of an answer. The body follows in pieces. */
  begin(status: number, headers: string[]): void {
    if (this.isKeptOpen) {
      this.isKeptOpen = false
      return
    }
    this.status = status
    this.beganAt = turnClock()
    this.call.begin(status, this.headers(headers))
  }

  /**
   * Sends a keep-alive event on a stream that waits, between two events of it. Otherwise an intermediary could
   * take it for dead.
   */
  keepOpen(): void {
    if (this.isGone || this.isList) return
    if (!this.call.hasBegun) {
      this.begin(200, [...STREAM_HEADERS])
      this.isKeptOpen = true
    }
    this.write(signOfLife(this.errorShape))
  }

  /** False: the client is slow, and the caller should hold back more until `drain`. */
  write(bytes: Buffer): boolean {
    this.bytesOut += bytes.length
    this.heardAt = turnClock()
    return this.call.write(bytes)
  }

  end(): void {
    this.call.end()
  }

  /** Half an answer must not look whole. Without its end the client sees a broken connection. */
  cutOff(): void {
    this.isCut = true
    this.call.cutOff()
  }

  /** Sends a whole answer at once; upstream headers come before the proxy's. */
  send(status: number, headers: string[], body: Buffer, passed?: PassedHeaders): void {
    if (this.isGone || this.isAnswered) return
    if (this.isKeptOpen) {
      this.isKeptOpen = false
      this.write(bodyAsEvent(this.errorShape, status, body))
      this.end()
      return
    }
    this.status = status
    this.bytesOut = body.length
    if (body.length > QUICK_BYTES) this.beganAt = turnClock()
    if (status !== NO_CONTENT) headers.push('content-length', String(body.length))
    this.call.send(status, this.headers(headers), body, passed)
  }

  get isAnswered(): boolean {
    return this.call.hasBegun && !this.isKeptOpen
  }

  /** The error format of the client. */
  get errorShape(): ErrorShape {
    return findErrorShape(this.dialect, this.route)
  }

  sendJson(status: number, value: unknown): void {
    this.send(status, ['content-type', 'application/json'], Buffer.from(JSON.stringify(value)))
  }

  /**
   * Sends a qwenctl error in the client's dialect. Any other error is a bug, and reveals no more than that.
   */
  sendError(error: unknown, headers: string[] = []): void {
    const known = isQwenctlError(error)
      ? error
      : new QwenctlError('internal', 'the proxy failed on this request', { cause: readMessage(error) })
    if (!this.isAnswered && !this.isGone) this.refusal = known
    const { code, status } = known
    const { retryAfterSeconds, returnsAt, shown } = known.details
    headers.push('x-qwenctl-error', code)
    if (typeof retryAfterSeconds === 'number') headers.push('retry-after', String(retryAfterSeconds))
    if (code === 'unsupported_encoding') headers.push('accept-encoding', ACCEPTED_CODINGS) // RFC 9110, 15.5.16
    // Clients would otherwise retry at once, or wait for a time that is not the pool's.
    if (typeof retryAfterSeconds === 'number' || final.has(code)) headers.push('x-should-retry', 'false')
    const message = known.hint === null ? known.message : `${known.message}; ${known.hint}`
    const body = errorBody(this.errorShape, {
      status,
      code,
      message,
      type: errorKinds[code].type,
      requestId: this.id,
      ...(typeof shown === 'object' && shown !== null && { details: shown }),
      ...(typeof retryAfterSeconds === 'number' && {
        returns: {
          seconds: retryAfterSeconds,
          at: typeof returnsAt === 'number' ? returnsAt : turnClock() + retryAfterSeconds * 1000,
        },
      }),
    })
    this.send(status, ['content-type', 'application/json', ...headers], body)
  }
}
