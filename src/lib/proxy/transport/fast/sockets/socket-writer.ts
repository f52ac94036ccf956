import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'

/** The undocumented interface of a socket's handle. */
interface Handle {
  /** Zero, or a negative error. If the system does not take all at once, the request keeps the rest. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
  readonly writeQueueSize: number
}

/** The undocumented parts of the socket itself. */
interface Insides {
  _handle?: Partial<Handle> | null
  _writableState?: { readonly length: number }
}

/** A write request of the handle. It is reused for as long as the handle has not kept it. */
interface WriteRequest {
  /**
   * `FREE`, until a handle keeps the request. A kept request must never be given to the handle again: the
   * process would be aborted.
   */
  getAsyncId(): number
  oncomplete?: (status: number) => void
  buffer?: Uint8Array
}

const FREE = -1

/**
 * The write requests of a transport. Node does not export their class. It is captured when Node itself writes to
 * the first socket.
 */
export class WriteRequests {
  #Class: (new () => WriteRequest) | null = null
  /** Node writes differently here, as it does from version 26. */
  #isOtherwise = false
  /** The request for the next write; null: the class is not known yet, or never will be. */
  free: WriteRequest | null = null

  /** The handle keeps the request of the last write, or has broken it. */
  replace(): void {
    this.free = new this.#Class!()
  }

  /** Captures the class at the next write to this handle. */
  capture(handle: Handle): void {
    if (this.#isOtherwise) return
    handle.writeBuffer = (made, bytes) => {
      Reflect.deleteProperty(handle, 'writeBuffer') // restores the method of the prototype
      this.#Class = findClass(made)
      this.#isOtherwise = this.#Class === null
      if (this.#Class !== null) this.replace()
      return handle.writeBuffer(made, bytes)
    }
  }
}

/**
 * The result of a write. The system has the bytes, or the socket keeps some of them with their memory, or the
 * socket was closed.
 */
export type WriteResult = 'flushed' | 'buffered' | 'closed'

/**
 * Writes small messages into a connected socket. The system usually takes them at once, and a writable
 * stream's work on each write is wasted. That work costs as much as counting the request does
 * (docs/decisions/0019). The stream is bypassed on three conditions. The socket's internals are as they have
 * been since Node 12. The socket is not encrypted. No other write waits for it.
 */
export class SocketWriter {
  readonly socket: Socket
  readonly #requests: WriteRequests
  /** Null: all writes go through the stream. */
  readonly #handle: Handle | null
  readonly #stream: { readonly length: number }
  /** The handle still has some of what was written past the stream. */
  #isBehind = false

  constructor(socket: Socket, requests: WriteRequests) {
    const { _handle: handle, _writableState: stream } = exposeInsides(socket)
    const isBare =
      !('encrypted' in socket) && stream !== undefined && typeof handle?.writeBuffer === 'function'
    this.socket = socket
    this.#requests = requests
    this.#handle = isBare ? (handle as Handle) : null
    this.#stream = stream ?? { length: 0 }
  }

  /** Encrypted sockets keep buffers for longer than they report. */
  get keepsAll(): boolean {
    return this.#handle === null
  }

  /** Whether any written bytes have not left. */
  get hasUnsent(): boolean {
    return this.#isBehind || this.socket.writableLength > 0
  }

  /** How many of the written bytes have not left. */
  get unsentBytes(): number {
    return Math.max(this.socket.writableLength, this.#handle?.writeQueueSize ?? 0)
  }

  /** Writes after everything written to the socket before. */
  write(bytes: Uint8Array): WriteResult {
    const handle = this.#handle
    // A closed socket has no handle.
    const isFree = handle !== null && exposeInsides(this.socket)._handle === handle
    if (!isFree || this.#isBehind || this.#stream.length > 0 || bytes.length === 0)
      return this.#writeToStream(bytes)
    const request = this.#requests.free
    if (request === null) {
      this.#requests.capture(handle)
      return this.#writeToStream(bytes)
    }
    const error = handle.writeBuffer(request, bytes)
    if (error !== 0) {
      this.#requests.replace()
      this.socket.destroy(writeError(error))
      return 'closed'
    }
    // Tests the request, not whether bytes are left. The rest may have gone at a second try. The handle keeps
    // the request until it has reported that.
    if (request.getAsyncId() === FREE) return 'flushed'
    this.#leave(request, bytes)
    return 'buffered'
  }

  #writeToStream(bytes: Uint8Array): WriteResult {
    const { socket } = this
    if (!socket.writable) return 'closed'
    if (bytes.length > 0) socket.write(bytes)
    return this.hasUnsent ? 'buffered' : 'flushed'
  }

  /** The request of the last write keeps its rest. Later writes go through the stream. */
  #leave(kept: WriteRequest, bytes: Uint8Array): void {
    this.#requests.replace()
    this.#isBehind = true
    kept.buffer = bytes
    kept.oncomplete = (status) => {
      this.#isBehind = false
      if (status < 0) this.socket.destroy(writeError(status))
    }
  }
}

function exposeInsides(socket: Socket): Insides {
  return socket as unknown as Insides
}

/** Null: not a write request of the known form. */
function findClass(made: Partial<WriteRequest> | null): (new () => WriteRequest) | null {
  if (typeof made?.getAsyncId !== 'function') return null
  const Class = made.constructor as new () => WriteRequest
  return new Class().getAsyncId() === FREE ? Class : null
}

/** The same error as Node's own, with its code. */
function writeError(error: number): Error {
  const code = getSystemErrorName(error)
  return Object.assign(new Error(`write ${code}`), { code, errno: error, syscall: 'write' })
}
