import type { Socket } from 'node:net'
import type { WriteProgress } from '../client-connection.ts'

/** The progress of a socket that is written to as a stream. */
export class StreamProgress implements WriteProgress {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get hasUnsent(): boolean {
    return this.#socket.writableLength > 0
  }

  get unsentBytes(): number {
    return this.#socket.writableLength
  }
}
