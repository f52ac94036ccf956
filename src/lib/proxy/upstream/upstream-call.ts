import type { Head } from '../transport/write-batcher.ts'
import type { CheckedHeaders } from '../wire/checked-headers.ts'
import { UpstreamError, type UpstreamErrorKind, type UpstreamStage } from './upstream-error.ts'
import type { UpstreamHead } from './response-head.ts'
import type { UpstreamOrigin } from './upstream-origin.ts'

export interface UpstreamRequest {
  method: string
  /** Origin form, with the query. */
  path: string
  /** Flat `[name, value, ...]` without host, content-length, connection and transfer-encoding. */
  headers: readonly string[] | CheckedHeaders
  /** More headers, such as the credential. */
  more?: CheckedHeaders
  body: Buffer | null
}

/**
 * Callback order: `onHead` once, `onData` any number of times, then `onEnd`; or `onError` at any point, last.
 */
export interface ResponseHandler {
  onHead(head: UpstreamHead): void
  /** A view into the read buffer, which the handler may keep unless it has `onReadEnd`. */
  onData(chunk: Buffer): void
  /**
   * The memory of all views since the last call is overwritten from now on. The handler must have copied what
   * it keeps.
   */
  onReadEnd?(): void
  onEnd(): void
  onError(error: UpstreamError): void
}

export type CallState = 'connecting' | 'waiting' | 'body' | 'done' | 'failed' | 'aborted'

export interface UpstreamCall {
  readonly state: CallState
  /**
   * Stops reading the body. Data of the last read (64 KB) is still delivered. No time-out applies while
   * paused.
   */
  pause(): void
  resume(): void
  /** Aborts the call and destroys its connection. No callback follows. */
  abort(): void
}

/** The effects of a call on its connection. */
export interface CallConnection {
  stopReading(): void
  startReading(): void
  discard(): void
}

/** A call is settled once, by the first event that ends it. The pool then forgets it. */
export interface CallOwner {
  settled(call: ActiveCall): void
  bodyDeadline(): number
}

const stages = { connecting: 'connect', waiting: 'head', body: 'body' } as const

export class ActiveCall implements UpstreamCall {
  state: CallState = 'connecting'
  paused = false
  /** Its index in the pool's list. */
  slot = -1
  deadline = 0
  /** When the request was written, for the stale check: only an immediate failure counts as stale. */
  sentAt = 0
  /** False while the system has provably taken no byte of the request. */
  requestSent = false
  isStale = false
  connection: CallConnection | null = null
  readonly origin: UpstreamOrigin
  readonly method: string
  readonly head: Head
  readonly body: Buffer | null
  readonly handler: ResponseHandler
  readonly #owner: CallOwner

  constructor(
    origin: UpstreamOrigin,
    head: Head,
    request: UpstreamRequest,
    to: [ResponseHandler, CallOwner],
  ) {
    this.origin = origin
    this.head = head
    this.method = request.method
    this.body = request.body
    this.handler = to[0]
    this.#owner = to[1]
  }

  get stage(): UpstreamStage {
    return stages[this.state as keyof typeof stages] ?? 'body'
  }

  get isSettled(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'aborted'
  }

  /** Before the head this only sets a flag: the head is awaited and timed all the same. */
  pause(): void {
    if (this.paused || this.isSettled) return
    this.paused = true
    if (this.state !== 'body') return
    this.deadline = Infinity
    this.connection!.stopReading()
  }

  resume(): void {
    if (!this.paused || this.isSettled) return
    this.paused = false
    if (this.state !== 'body') return
    this.deadline = this.#owner.bodyDeadline()
    this.connection!.startReading()
  }

  abort(): void {
    if (this.isSettled) return
    this.#settle('aborted')
  }

  received(head: UpstreamHead): void {
    this.state = 'body'
    if (this.paused) this.connection!.stopReading()
    this.deadline = this.paused ? Infinity : this.#owner.bodyDeadline()
    this.handler.onHead(head)
  }

  receivedData(chunk: Buffer): void {
    if (!this.paused) this.deadline = this.#owner.bodyDeadline()
    this.handler.onData(chunk)
  }

  /** The response is complete, and its connection is already kept or closed. */
  finish(): void {
    this.connection = null
    this.#settle('done')
    this.handler.onEnd()
  }

  fail(kind: UpstreamErrorKind, what: string, cause?: unknown): void {
    if (this.isSettled) return
    const { stage, requestSent, isStale } = this
    this.#settle('failed')
    const message = `${this.origin.name}: ${what}`
    this.handler.onError(new UpstreamError(kind, message, { stage, requestSent, isStale, cause }))
  }

  #settle(state: CallState): void {
    this.state = state
    const connection = this.connection
    this.connection = null
    this.#owner.settled(this)
    connection?.discard()
  }
}
