import { turnClock } from '../../../base/turn-clock.ts'
import type { CallListener, ClientCall } from '../../transport/client-call.ts'
import { ClientResponse } from './client-response.ts'

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

/**
 * A request of one client and its answer. Here is its life: it ends when the connection has released it and the
 * pipeline has finished. Its parts are base classes, because every object that a request allocates costs time.
 */
export class Exchange extends ClientResponse implements CallListener {
  readonly #host: ExchangeListener
  /** Called once, when the client leaves before its answer is complete. */
  clientListener: ClientLeftListener | null = null
  /** Called when an account was reserved, or was not: the next queued request may continue. */
  onReserved: (() => void) | null = null
  /** The pipeline works on it, and still has something to report after the answer has left. */
  isWorkedOn = false
  /** The connection has released it. */
  isClosed = false
  /** When the answer was sent or the client left, epoch milliseconds; 0: not yet, or not reported. */
  endedAt = 0

  constructor(call: ClientCall, id: string, host: ExchangeListener) {
    super(call, id)
    this.#host = host
    call.listener = this
  }

  /** The call may have ended early. */
  onCallEnded(isWhole: boolean): void {
    this.isClosed = true
    if (this.attemptRecords !== null) this.endedAt = turnClock()
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
}
