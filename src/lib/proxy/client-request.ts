import { IncomingMessage } from 'node:http'

/** Takes the body as it comes; `null` is its end. False: no more for now, until `readMore`. */
export type BodyReader = (chunk: Buffer | null) => boolean

/**
 * A client's request whose body goes straight to its reader. The readable stream in between would cost more than
 * everything else that is done with a small request: its bytes are here when the request is, and one listener takes them.
 */
export class ClientRequest extends IncomingMessage {
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

  /** Takes up a reading that the reader has paused. */
  readMore(): void {
    this.socket.resume()
  }

  override push(chunk: Buffer | null): boolean {
    if (this.#reader !== null) return this.#reader(chunk)
    return this.#isStream ? super.push(chunk) : true
  }
}
