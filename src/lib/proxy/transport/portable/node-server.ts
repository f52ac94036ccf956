import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { BodyMemory } from '../body-memory.ts'
import type { InboundHost } from '../inbound.ts'
import { useOriginForm } from './absolute-target.ts'
import { NodeCall } from './node-call.ts'
import { rejectExpectation, rejectUnreadable } from './reject-unreadable.ts'

/** A client that has sent no head by then is cut off. */
const HEAD_TIMEOUT_MS = 60_000

/** Node's own server. It hands every request to the host, and keeps their bodies in `memory`. */
export function createNodeServer(host: InboundHost, memory: BodyMemory): Server {
  const server = createServer({
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: 0, // a large body over a slow line is no fault: size and idle time are bounded
    keepAliveTimeout: 0, // the host closes idle connections
    noDelay: true,
  })
  const callHost = {
    memory,
    get isClosing() {
      return host.isClosing
    },
  }
  const take = (req: IncomingMessage, res: ServerResponse) => {
    useOriginForm(req)
    host.onCall(new NodeCall(host.connections.of(req.socket), { req, res }, callHost))
  }
  server.on('request', take)
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    res.writeContinue()
    take(req, res)
  })
  server.on('checkExpectation', rejectExpectation)
  server.on('clientError', (error: Error, socket: Socket) =>
    rejectUnreadable(error, socket, host.connections.of(socket).call?.hasBegun === true),
  )
  return server
}
