import { turnClock } from '../../../base/turn-clock.ts'
import type { ClientCall } from '../../transport/client-call.ts'
import type { PassedHeaders } from '../../wire/headers/response-headers.ts'
import { bodyAsEvent, signOfLife, STREAM_HEADERS } from '../../wire/streams/kept-open.ts'
import type { ErrorShape } from '../../wire/wire-errors.ts'
import { findErrorShape } from '../../wire/wire-errors.ts'
import { addOwnHeaders } from './own-headers.ts'
import { RequestFacts } from './request-facts.ts'

/** Larger answers take their time on the way. */
const QUICK_BYTES = 16 << 10
const NO_CONTENT = 204

/** The answer to a client. Every byte that the proxy sends to a client leaves through here. */
export class ClientResponse extends RequestFacts {
  call: ClientCall
  /** Status of the answer; null: there was none. */
  status: number | null = null
  /** When the answer began, epoch milliseconds; 0: it was sent in one piece with its end. */
  beganAt = 0
  /** When the client last got a byte, or the exchange began: epoch milliseconds. */
  heardAt = this.at
  /** Body bytes. */
  bytesOut = 0
  /** The client has had a 200 and keep-alive events, and waits for the answer. */
  isKeptOpen = false
  /** The connection ended before the answer was complete. */
  isGone = false
  /** The proxy ended it: the client would have stayed. */
  isCut = false

  constructor(call: ClientCall, id: string) {
    super(id)
    this.call = call
  }

  /** The answer, or its head, was sent. */
  get isAnswered(): boolean {
    return this.call.hasBegun && !this.isKeptOpen
  }

  /** The error format of the client. */
  get errorShape(): ErrorShape {
    return findErrorShape(this.dialect, this.route)
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
    this.call.send(status, addOwnHeaders(headers, this), body, passed)
  }

  sendJson(status: number, value: unknown): void {
    this.send(status, ['content-type', 'application/json'], Buffer.from(JSON.stringify(value)))
  }

  /** Sends the head of an answer. The body follows in pieces. */
  begin(status: number, headers: string[]): void {
    if (this.isKeptOpen) {
      this.isKeptOpen = false
      return
    }
    this.status = status
    this.beganAt = turnClock()
    this.call.begin(status, addOwnHeaders(headers, this))
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
}
