import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { BodyMemory } from '../body/body-memory.ts'
import type { ClientConnection } from '../client-connection.ts'
import type { InboundHost } from '../inbound.ts'
import { useOriginForm } from './absolute-target.ts'
import { NodeCall } from './node-call.ts'
import { isLineValid, rejectExpectation, rejectRequestLine, rejectUnreadable } from './reject-unreadable.ts'

/** A client that has sent no head by then is cut off. */
const HEAD_TIMEOUT_MS = 60_000

/**
 * Serves pipelined requests one after the other. If the client leaves early, its later requests then cost nothing.
 * Node would start all of them at once.
 */
class WaitingRequests {
  readonly #waiting = new WeakMap<ClientConnection, (() => void)[]>()

  start(connection: ClientConnection, request: () => void): void {
    if (connection.busy === 0) return request()
    const waiting = this.#waiting.get(connection) ?? []
    waiting.push(request)
    this.#waiting.set(connection, waiting)
  }

  /** Starts the next request of a connection after the end of its last one. */
  startNext(connection: ClientConnection): void {
    const next = this.#waiting.get(connection)?.shift()
    if (next !== undefined && !connection.socket.destroyed) next()
  }
}

/** Node's own server. It hands every request to the host, and keeps their bodies in `memory`. */
export function createNodeServer(host: InboundHost, memory: BodyMemory): Server {
  const server = createServer({
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: 0, // a large body over a slow line is no fault: size and idle time are bounded
    keepAliveTimeout: 0, // the host closes idle connections
    noDelay: true,
  })
  const line = new WaitingRequests()
  const take = (req: IncomingMessage, res: ServerResponse) => {
    useOriginForm(req)
    if (req.socket.destroyed) return
    const connection = host.connections.of(req.socket)
    line.start(connection, () => {
      if (rejectRequestLine(req)) return
      host.onCall(new NodeCall(connection, { req, res }, memory))
      res.on('close', () => line.startNext(connection))
    })
  }
  server.on('request', take)
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    if (isLineValid(req)) res.writeContinue()
    take(req, res)
  })
  server.on('checkExpectation', rejectExpectation)
  server.on('clientError', (error: Error, socket: Socket) =>
    rejectUnreadable(error, socket, host.connections.of(socket).call?.hasBegun === true),
  )
  return server
}
