import type { CallConnection, OutboundCall } from '../transport/outbound.ts'
import type {
  CallState,
  ResponseListener,
  UpstreamCall,
  UpstreamRequest,
} from '../transport/upstream-call.ts'
import { UpstreamError, type UpstreamErrorKind, type UpstreamStage } from '../transport/upstream-error.ts'
import type { UpstreamHead } from '../transport/upstream-head.ts'
import type { UpstreamOrigin } from '../transport/upstream-origin.ts'

/** A call is settled once, by the first event that ends it. The pool then forgets it. */
export interface CallOwner {
  onSettled(call: ActiveCall): void
  bodyDeadline(): number
}

const stages = { connecting: 'connect', waiting: 'head', body: 'body' } as const

/** A call in progress. */
export class ActiveCall implements UpstreamCall, OutboundCall {
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
  readonly request: UpstreamRequest
  readonly listener: ResponseListener
  readonly #owner: CallOwner

  constructor(origin: UpstreamOrigin, request: UpstreamRequest, handler: ResponseListener, owner: CallOwner) {
    this.origin = origin
    this.request = request
    this.listener = handler
    this.#owner = owner
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
    this.listener.onHead(head)
  }

  receivedData(chunk: Buffer): void {
    if (!this.paused) this.deadline = this.#owner.bodyDeadline()
    this.listener.onData(chunk)
  }

  /** The response is complete, and its connection is already kept or closed. */
  finish(): void {
    this.connection = null
    this.#settle('done')
    this.listener.onEnd()
  }

  fail(kind: UpstreamErrorKind, what: string, cause?: unknown): void {
    if (this.isSettled) return
    const { stage, requestSent, isStale } = this
    this.#settle('failed')
    const message = `${this.origin.name}: ${what}`
    this.listener.onError(new UpstreamError(kind, message, { stage, requestSent, isStale, cause }))
  }

  #settle(state: CallState): void {
    this.state = state
    const connection = this.connection
    this.connection = null
    this.#owner.onSettled(this)
    connection?.discard()
  }
}
