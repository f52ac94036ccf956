import type { CallState, ResponseListener, UpstreamRequest } from './upstream-call.ts'
import type { UpstreamErrorKind } from './upstream-error.ts'
import type { UpstreamHead } from './upstream-head.ts'
import type { UpstreamOrigin } from './upstream-origin.ts'

/** The effects of a call on its connection. */
export interface CallConnection {
  stopReading(): void
  startReading(): void
  discard(): void
}

/** A call to an upstream, as its transport sees it. */
export interface OutboundCall {
  readonly origin: UpstreamOrigin
  readonly request: UpstreamRequest
  readonly listener: ResponseListener
  readonly paused: boolean
  readonly isSettled: boolean
  state: CallState
  /** False while the system has provably taken no byte of the request. */
  requestSent: boolean
  isStale: boolean
  connection: CallConnection | null
  received(head: UpstreamHead): void
  receivedData(chunk: Buffer): void
  /** The response is complete, and its connection is already kept or closed. */
  finish(): void
  fail(kind: UpstreamErrorKind, what: string, cause?: unknown): void
}

/** The owner of all calls, which times them. */
export interface OutboundHost {
  /** Milliseconds that only move forward: the time of the last tick or call. */
  readonly now: number
  readonly isClosed: boolean
  /** How long an idle connection is kept, and how many at one origin. */
  readonly keepAliveMs: number
  readonly maxIdlePerOrigin: number
  /** A connection for the call is being opened. */
  onDialing(call: OutboundCall): void
  /** The request is being written. */
  onConnected(call: OutboundCall): void
  /** Whether a connection that closes now closed while the request was in transit. */
  closesAtOnce(call: OutboundCall): boolean
}

/** Sends calls to upstreams. `fast/` and `portable/` have one each. */
export interface OutboundTransport {
  /**
   * Sends the call over a kept or a new connection. No callback comes before it returns.
   * @throws QwenctlError `invalid_request`: a part of the request could forge another one
   */
  send(call: OutboundCall): void
  /** Sockets that are open or opening, and those of them that wait for a request. */
  readonly stats: { open: number; idle: number }
  /** Closes idle connections that are too old. Returns whether any are left that the next tick must check. */
  closeOld(): boolean
  /** Closes every connection. */
  close(): void
}
