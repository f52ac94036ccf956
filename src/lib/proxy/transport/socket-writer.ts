import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'

/** What the handle of a socket does, and Node's documentation does not tell of. */
interface Handle {
  /** Zero, or a negative error. Where the system does not take all at once, the request keeps the rest. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
  readonly writeQueueSize: number
}

/** The same of the socket itself. */
interface Insides {
  _handle?: Partial<Handle> | null
  _writableState?: { readonly length: number }
}

/** One write, as the handle knows it. It is used again for as long as the handle has not kept it. */
interface WriteRequest {
  /** `FREE`, until a handle keeps the request, which must never be given to it again then: the process would be aborted. */
  getAsyncId(): number
  oncomplete?: (status: number) => void
  buffer?: Uint8Array
}

const FREE = -1

/** Node does not give the class of its write requests away: it is seen when Node itself writes. */
let Requests: (new () => WriteRequest) | null = null
let request: WriteRequest | null = null
/** Node writes otherwise here, as it does from version 26 on. */
let isOtherwise = false

/**
 * What became of bytes that were written: the system has them; the socket keeps some of them, and their memory; or there was
 * nobody to write to.
 */
export type WriteResult = 'left' | 'kept' | 'dropped'

/**
 * The end of a connected socket that small messages are written into. The system nearly always takes them at once, and then
 * all that a writable stream does about a write was for nothing: it costs as much as counting the request does
 * (docs/decisions/0019). So that is passed by, where the socket's insides are as they have been since Node 12, it is not
 * encrypted, and nothing else waits to be written to it.
 */
export class SocketWriter {
  readonly socket: Socket
  /** Null: everything goes through the stream. */
  readonly #handle: Handle | null
  readonly #stream: { readonly length: number }
  /** The handle still has some of what was written past the stream. */
  #isBehind = false

  constructor(socket: Socket) {
    const { _handle: handle, _writableState: stream } = insidesOf(socket)
    const isBare =
      !('encrypted' in socket) && stream !== undefined && typeof handle?.writeBuffer === 'function'
    this.socket = socket
    this.#handle = isBare ? (handle as Handle) : null
    this.#stream = stream ?? { length: 0 }
  }

  /** Encrypted sockets keep what they are given for longer than they say. */
  get keepsAll(): boolean {
    return this.#handle === null
  }

  /** Whether something that was written has not left. */
  get hasUnsent(): boolean {
    return this.#isBehind || this.socket.writableLength > 0
  }

  /** How much of what was written has not left. */
  get unsentBytes(): number {
    return Math.max(this.socket.writableLength, this.#handle?.writeQueueSize ?? 0)
  }

  /** After all that was written to the socket before. */
  write(bytes: Uint8Array): WriteResult {
    const handle = this.#handle
    // A socket that is closed has no handle any more.
    const isFree = handle !== null && insidesOf(this.socket)._handle === handle
    if (!isFree || this.#isBehind || this.#stream.length > 0 || bytes.length === 0)
      return this.#writeToStream(bytes)
    if (request === null) {
      if (!isOtherwise) seeRequests(handle)
      return this.#writeToStream(bytes)
    }
    const error = handle.writeBuffer(request, bytes)
    if (error !== 0) {
      request = new Requests!()
      this.socket.destroy(writeError(error))
      return 'dropped'
    }
    // Not whether anything is left: what was may have gone at a second try, and the request is kept until that is told.
    if (request.getAsyncId() === FREE) return 'left'
    this.#leave(bytes)
    return 'kept'
  }

  #writeToStream(bytes: Uint8Array): WriteResult {
    const { socket } = this
    if (!socket.writable) return 'dropped'
    if (bytes.length > 0) socket.write(bytes)
    return this.hasUnsent ? 'kept' : 'left'
  }

  /** The request of the last write keeps what is left of it; what is written next goes through the stream. */
  #leave(bytes: Uint8Array): void {
    const kept = request!
    request = new Requests!()
    this.#isBehind = true
    kept.buffer = bytes
    kept.oncomplete = (status) => {
      this.#isBehind = false
      if (status < 0) this.socket.destroy(writeError(status))
    }
  }
}

function insidesOf(socket: Socket): Insides {
  return socket as unknown as Insides
}

function seeRequests(handle: Handle): void {
  handle.writeBuffer = (made, bytes) => {
    Reflect.deleteProperty(handle, 'writeBuffer') // what it stood before comes into its own again
    Requests = classOf(made)
    isOtherwise = Requests === null
    if (Requests !== null) request = new Requests()
    return handle.writeBuffer(made, bytes)
  }
}

/** Null: it is not a request as we know them. */
function classOf(made: Partial<WriteRequest> | null): (new () => WriteRequest) | null {
  if (typeof made?.getAsyncId !== 'function') return null
  const Class = made.constructor as new () => WriteRequest
  return new Class().getAsyncId() === FREE ? Class : null
}

/** As Node's own: with the code that tells what happened. */
function writeError(error: number): Error {
  const code = getSystemErrorName(error)
  return Object.assign(new Error(`write ${code}`), { code, errno: error, syscall: 'write' })
}
