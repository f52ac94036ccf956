import { IncomingMessage } from 'node:http'
import type { BodyReader } from './client-call.ts'

/**
 * A request that Node's server has read, whose body goes straight to its reader. The readable stream in between would cost
 * more than everything else that is done with a small request: its bytes are here when the request is, and one listener
 * takes them.
 */
export class NodeRequest extends IncomingMessage {
  #reader: BodyReader | null = null
  #isStream = false
  /** Node asks one of these of a request, by its version, to throw away the body of one that nobody reads. */
  _consumed = false
  _consuming = false

  /** Must be set before the turn of the event loop ends in which the request came: what nobody reads is thrown away. */
  readBody(reader: BodyReader): void {
    this._consumed = true
    this._consuming = true
    this.#reader = reader
  }

  /** Leaves it the readable stream that other requests are; in the same turn, too. */
  asStream(): this {
    this.#isStream = true
    return this
  }

  override push(chunk: Buffer | null): boolean {
    if (this.#reader === null) return this.#isStream ? super.push(chunk) : true
    this.#reader(chunk)
    return true
  }
}
