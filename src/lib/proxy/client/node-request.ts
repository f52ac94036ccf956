import { IncomingMessage } from 'node:http'
import type { BodyReader } from './client-call.ts'

/**
 * A request that Node's server has read, with a body that goes straight to its reader. A readable stream
 * would cost more than all other work on a small request. Its bytes arrive with the request, and one listener
 * takes them.
 */
export class NodeRequest extends IncomingMessage {
  #reader: BodyReader | null = null
  #isStream = false
  /** Node checks one of these, depending on its version, to discard a body without a reader. */
  _consumed = false
  _consuming = false

  /**
   * Must be called in the event loop turn in which the request arrived. A body without a reader is discarded.
   */
  readBody(reader: BodyReader): void {
    this._consumed = true
    this._consuming = true
    this.#reader = reader
  }

  /** Leaves the request an ordinary readable stream. Must be called in the same turn, too. */
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
