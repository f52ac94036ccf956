import { Socket } from 'node:net'
import type { ReadBuffer } from './read-buffer.ts'

/** Undocumented parts of Node's sockets. */
interface Insides {
  _handle: { useUserBuffer?: unknown } | null
}

/**
 * The bytes of a client's socket. Node lets only sockets that dial read into a caller's buffer (`onread`).
 * This class therefore wraps another socket around the connection of an accepted one. Measured: 2 of 27
 * microseconds of a request. If the socket's internals differ from those since Node 12, it is read as a
 * stream.
 */
export class SharedReads {
  readonly socket: Socket
  readonly #buffer: ReadBuffer
  readonly #reader: (bytes: Buffer) => void
  #isStream = false

  /** `reader` may look at the bytes until it returns, and must copy what it keeps. */
  constructor(accepted: Socket, buffer: ReadBuffer, reader: (bytes: Buffer) => void) {
    this.#buffer = buffer
    this.#reader = reader
    this.socket = this.#around(accepted) ?? accepted
    this.socket.on('data', reader) // no event when the buffer is in use
  }

  #around(accepted: Socket): Socket | null {
    const { _handle: handle } = exposeInsides(accepted)
    if (typeof handle?.useUserBuffer !== 'function') return null
    const onread = { buffer: this.#buffer.bytes, callback: (count: number) => this.#read(count) }
    const socket = new Socket({ handle, onread, allowHalfOpen: true } as object)
    if (exposeInsides(socket)._handle !== handle) return null
    Reflect.set(accepted, '_handle', null)
    // The server counts the socket that it accepted.
    socket.on('close', () => accepted.destroy())
    return socket
  }

  #read(count: number): boolean {
    const bytes = this.#buffer.read(count)
    if (!this.#isStream) {
      this.#reader(bytes)
      return true
    }
    const own = Buffer.allocUnsafeSlow(count)
    own.set(bytes)
    return this.socket.push(own)
  }

  /** Stops the reader. The socket becomes an ordinary stream that begins with these bytes. */
  stop(unread: Buffer): void {
    const { socket } = this
    this.#isStream = true
    socket.off('data', this.#reader)
    // Paused, so that the next reader gets these bytes before those still in the system.
    socket.pause()
    socket.unshift(Buffer.from(unread))
  }
}

function exposeInsides(socket: Socket): Insides {
  return socket as unknown as Insides
}
