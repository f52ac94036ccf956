import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'

/** What the handle of a socket does, and Node's documentation does not tell of. */
interface Handle {
  /** Zero, or a negative error. Where the system does not take all at once, the request keeps the rest. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number
  readonly writeQueueSize: number
}

/** One write, as the handle knows it. It is used again for as long as nothing was left for it to keep. */
interface WriteRequest {
  oncomplete?: (status: number) => void
  buffer?: Buffer
}

type WriteRequests = new () => WriteRequest

/** Node does not give the class of its write requests away: it is seen when Node itself writes. */
let Requests: WriteRequests | null = null
let request: WriteRequest | null = null

/** Sockets whose handle still has some of what was written past their stream. */
const behind = new Set<Socket>()

/**
 * Writes, after all that was written to the socket before. True: the system has taken all of it; else the memory is the
 * socket's until it has left.
 *
 * The system nearly always takes a small message at once, and then all that a writable stream does about a write was for
 * nothing: it costs as much as counting the request does (docs/decisions/0019). So that is passed by, where the socket's
 * insides are as they have been since Node 12, and nothing else waits to be written to it.
 */
export function writeAtOnce(socket: Socket, bytes: Buffer): boolean {
  const handle = handleOf(socket)
  if (handle === null || socket.connecting || 'encrypted' in socket || hasUnsent(socket))
    return writeToStream(socket, bytes)
  if (request === null) {
    seeRequests(handle)
    return writeToStream(socket, bytes)
  }
  const error = handle.writeBuffer(request, bytes)
  if (error !== 0) {
    socket.destroy(writeError(error))
    return true
  }
  if (handle.writeQueueSize === 0) return true
  leave(socket, bytes)
  return false
}

/** Whether something that was written has not left. */
export function hasUnsent(socket: Socket): boolean {
  return socket.writableLength > 0 || (behind.size > 0 && behind.has(socket))
}

/** How much of what was written has not left. */
export function unsentBytes(socket: Socket): number {
  return Math.max(socket.writableLength, handleOf(socket)?.writeQueueSize ?? 0)
}

function writeToStream(socket: Socket, bytes: Buffer): boolean {
  socket.write(bytes)
  return !hasUnsent(socket)
}

/** The request of the last write keeps what is left of it; what is written next goes through the stream. */
function leave(socket: Socket, bytes: Buffer): void {
  const kept = request!
  request = new Requests!()
  behind.add(socket)
  kept.buffer = bytes
  kept.oncomplete = (status) => {
    behind.delete(socket)
    if (status < 0) socket.destroy(writeError(status))
  }
}

function seeRequests(handle: Handle): void {
  handle.writeBuffer = (made, bytes) => {
    Reflect.deleteProperty(handle, 'writeBuffer') // what it stood before comes into its own again
    Requests = made.constructor as WriteRequests
    request = new Requests()
    return handle.writeBuffer(made, bytes)
  }
}

function handleOf(socket: Socket): Handle | null {
  const handle = (socket as unknown as { _handle?: Partial<Handle> | null })._handle
  return typeof handle?.writeBuffer === 'function' ? (handle as Handle) : null
}

/** As Node's own: with the code that tells what happened. */
function writeError(error: number): Error {
  const code = getSystemErrorName(error)
  return Object.assign(new Error(`write ${code}`), { code, errno: error, syscall: 'write' })
}
