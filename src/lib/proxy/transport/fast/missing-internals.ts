import { createServer } from 'node:http'
import { Socket } from 'node:net'

/** The parts of a socket's handle that this folder uses. Node has had them since version 12. */
interface Handle {
  useUserBuffer?: unknown
  writeBuffer?: unknown
}

/**
 * Returns the undocumented parts of Node that this folder needs and this Node does not have. Nothing is sent: a
 * socket has its handle before it connects.
 */
export function missingInternals(): readonly string[] {
  const socket = new Socket()
  try {
    socket.on('error', () => undefined)
    socket.connect({ host: '127.0.0.1', port: 1 })
    const { _handle: handle } = socket as unknown as { _handle?: Handle | null }
    const found: [string, boolean][] = [
      ['a socket with a handle', handle !== null && typeof handle === 'object'],
      ['reads into memory of the caller', typeof handle?.useUserBuffer === 'function'],
      ['writes past the stream', typeof handle?.writeBuffer === 'function'],
      ['write requests that say whether they are free', hasFreeRequests()],
      ['one listener for the connections of a server', createServer().listenerCount('connection') === 1],
    ]
    return found.flatMap(([name, isThere]) => (isThere ? [] : [name]))
  } finally {
    socket.destroy()
  }
}

const FREE = -1

/** Returns the request object that Node creates for a write, using a handle that accepts every write. */
function hasFreeRequests(): boolean {
  let made: { getAsyncId?: () => number } | null = null
  const handle = {
    readStart: () => 0,
    readStop: () => 0,
    close: () => undefined,
    writeBuffer: (request: { getAsyncId?: () => number }) => ((made = request), 0),
  }
  const socket = new Socket({ handle, manualStart: true } as object)
  try {
    socket.write(Buffer.from('-'))
  } catch {
    return false
  }
  const Class = (made as { constructor: new () => { getAsyncId?: () => number } } | null)?.constructor
  return Class !== undefined && new Class().getAsyncId?.() === FREE
}
