import type { ErrorCode } from '../../base/errors.ts'
import { QwenctlError, errorKinds, isQwenctlError, messageOf } from '../../base/errors.ts'
import type { AttemptRecord } from '../../observe/request-event.ts'
import type { Dialect, Usage } from '../../provider/provider.ts'
import { turnClock } from '../../base/turn-clock.ts'
import type { KnownKey } from '../pool/authenticate.ts'
import type { CallWatcher, ClientCall } from '../client/client-call.ts'
import { bodyAsEvent, signOfLife, STREAM_HEADERS } from '../wire/kept-open.ts'
import type { PassedHeaders } from '../wire/response-headers.ts'
import type { ErrorShape } from '../wire/wire-errors.ts'
import { errorBody, errorShapeOf } from '../wire/wire-errors.ts'

/** A path that is none of ours is told as this: what clients write is nobody's business. */
const NO_ROUTE = '*'

/** Asked again, the pool says the same: clients would only lose time. */
const final: ReadonlySet<ErrorCode> = new Set([
  'quota_exhausted',
  'needs_action',
  'no_accounts',
  'model_not_found',
  'route_not_served',
])

/** What stands in the header when no account was asked; no name can be like it. */
const NO_ACCOUNT = '-'

/** A larger answer takes its time on the way. */
const QUICK_BYTES = 16 << 10
const NO_CONTENT = 204

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null, costUsd: null }

/**
 * Who has to know that a client has left. Not a closure: with one set on every exchange, everything about a request
 * survived two scavenges and died in old space only (measured: 2 to 10 MB promoted at each, twice the memory).
 */
export interface ClientLeftListener {
  clientLeft(): void
}

/** Who has the exchanges of a proxy. */
export interface ExchangeListener {
  /** Its connection has nothing more to do with it; somebody may still work on it. */
  onEnded(exchange: Exchange): void
  /** Nobody works on it any more; with the error that ended that, if one did. */
  onFinished(exchange: Exchange, error: unknown): void
  /** Its client has stopped in the middle. */
  onStopped(exchange: Exchange): void
}

/** One request of a client and the answer to it. Every answer of the proxy leaves through here. */
export class Exchange implements CallWatcher {
  readonly call: ClientCall
  readonly id: string
  readonly #host: ExchangeListener
  dialect: Dialect = 'openai'
  /** The client's key; null: it needs none. */
  key: KnownKey | null = null
  /** What the account of the last try speaks; null: none was asked. */
  spoken: Dialect | null = null
  /** Upstream tries so far, and the account of the last one. */
  attempts = 0
  account: string | null = null
  /** The answer comes from the sandbox, and says so. */
  isSimulated = false
  /** The methods that its path takes, when it came with another. */
  allow: string | null = null
  /** Told once, when the client leaves before its answer is complete. */
  watcher: ClientLeftListener | null = null
  isGone = false
  /** Called when an account was claimed for it, or was not: whoever waits behind it may go on. */
  onClaimed: (() => void) | null = null
  /** It has had a 200 and signs of life, and waits for its answer. */
  isKeptOpen = false
  isClosed = false
  /** Somebody works on it, who still has something to say of it when its answer has left. */
  isWorkedOn = false
  /** What is told of it when it is over: its tries; null: nobody wants to know. The rest is in `request-record.ts`. */
  tries: readonly AttemptRecord[] | null = null
  /** Epoch milliseconds: head read, answer begun (0: in one go with its end), answer or client gone. */
  readonly at = turnClock()
  beganAt = 0
  endedAt = 0
  /** Of the table of routes. */
  route = NO_ROUTE
  /** As the client wrote it. */
  model: string | null = null
  isStream = false
  traceparent: string | null = null
  usage: Usage = NO_USAGE
  /** Of the answer; null: there was none. */
  status: number | null = null
  refusal: QwenctlError | null = null
  /** Of the bodies. */
  bytesIn = 0
  bytesOut = 0
  /** The memory that its request bodies lie in; see `buffer-pool.ts`. */
  pieces: Buffer[] | null = null
  /** This side ended it: the client would have stayed. */
  isCut = false

  constructor(call: ClientCall, id: string, host: ExchangeListener) {
    this.call = call
    this.id = id
    this.#host = host
    call.watcher = this
  }

  /** It may have ended early. */
  callEnded(isWhole: boolean): void {
    this.isClosed = true
    if (this.tries !== null) this.endedAt = turnClock()
    if (!isWhole) {
      this.isGone = true
      this.watcher?.clientLeft()
    }
    this.#host.onEnded(this)
  }

  /** Whoever worked on it has nothing more to say of it. */
  finish(error: unknown = null): void {
    this.#host.onFinished(this, error)
  }

  clientStopped(): void {
    this.#host.onStopped(this)
  }

  /** The headers that every answer carries, after those given. Flat, as `writeHead` takes them. */
  headers(more: string[] = []): string[] {
    more.push('x-request-id', this.id, 'x-qwenctl-attempts', String(this.attempts))
    more.push('x-qwenctl-account', this.account ?? NO_ACCOUNT)
    if (this.allow !== null) more.push('allow', this.allow)
    if (this.spoken !== null && this.spoken !== this.dialect) more.push('x-qwenctl-translated', this.spoken)
    if (this.isSimulated) more.push('x-qwenctl-simulated', 'true')
    if (this.dialect === 'anthropic') more.push('request-id', this.id)
    return more
  }

  /** The head of an answer whose body comes in pieces. */
  begin(status: number, headers: string[]): void {
    if (this.isKeptOpen) {
      this.isKeptOpen = false
      return
    }
    this.status = status
    this.beganAt = turnClock()
    this.call.begin(status, this.headers(headers))
  }

  /** A sign of life to a stream that waits for an account, so that nobody on the way takes it for dead. */
  keepOpen(): void {
    if (this.isGone || this.isAnswered) return
    if (!this.isKeptOpen) {
      this.begin(200, [...STREAM_HEADERS])
      this.isKeptOpen = true
    }
    this.write(signOfLife(this.dialect))
  }

  /** False: the client is slow, and more is better kept until `drain`. */
  write(bytes: Buffer): boolean {
    this.bytesOut += bytes.length
    return this.call.write(bytes)
  }

  end(): void {
    this.call.end()
  }

  /** Half an answer must not look whole: without its end the client sees a broken connection. */
  cutOff(): void {
    this.isCut = true
    this.call.cutOff()
  }

  /** A whole answer in one go; headers of the upstream that go with it come before ours. */
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

  /** How its client reads errors. */
  get errorShape(): ErrorShape {
    return errorShapeOf(this.dialect, this.route)
  }

  sendJson(status: number, value: unknown): void {
    this.send(status, ['content-type', 'application/json'], Buffer.from(JSON.stringify(value)))
  }

  /** An error of ours, in the client's dialect. What is not ours is a bug, and says no more than that. */
  sendError(error: unknown, headers: string[] = []): void {
    const known = isQwenctlError(error)
      ? error
      : new QwenctlError('internal', 'the proxy failed on this request', { cause: messageOf(error) })
    if (!this.isAnswered && !this.isGone) this.refusal = known
    const { code, status } = known
    const { retryAfterSeconds, returnsAt } = known.details
    headers.push('x-qwenctl-error', code)
    if (typeof retryAfterSeconds === 'number') headers.push('retry-after', String(retryAfterSeconds))
    // Clients would otherwise retry at once, or sleep on a time that is not the pool's.
    if (typeof retryAfterSeconds === 'number' || final.has(code)) headers.push('x-should-retry', 'false')
    const message = known.hint === null ? known.message : `${known.message}; ${known.hint}`
    const body = errorBody(this.errorShape, {
      ...{ status, code, message, type: errorKinds[code].type, requestId: this.id },
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
