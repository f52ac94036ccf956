import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { QwenctlError } from '../../base/errors.ts'
import { useOriginForm } from './absolute-target.ts'
import type { ClientCall } from './client-call.ts'
import { ClientConnections } from './client-connections.ts'
import { NodeCall } from './node-call.ts'
import { NodeRequest } from './node-request.ts'
import { FastConnection } from './fast-connection.ts'
import type { FastHost } from './fast-connection.ts'
import type { FastHead } from './fast-head.ts'
import { HeadMemory } from './fast-heads.ts'
import { rejectExpectation, rejectUnreadable } from './reject-unreadable.ts'

/** A client that has sent no head by then is cut off. */
const HEAD_TIMEOUT_MS = 60_000
/** Limit between requests on one connection; longer than clients and balancers keep theirs. */
const KEEP_ALIVE_MS = 75_000
const CLIENT_IDLE_MS = 600_000

export interface HttpListenerOptions {
  /** How long a client may stall while it has to send or read. */
  clientIdleMs?: number | undefined
  /**
   * Whether a plain request may bypass Node's server. Anything that needs Node's request and response objects
   * may not.
   */
  takes: (head: FastHead) => boolean
  onCall: (call: ClientCall) => void
}

/** The listener for client connections. */
export class HttpListener implements FastHost {
  readonly #server: Server<typeof NodeRequest>
  readonly #connections: ClientConnections
  readonly #options: HttpListenerOptions
  isClosing = false
  readonly heads = new HeadMemory()

  constructor(options: HttpListenerOptions) {
    this.#options = options
    this.#connections = new ClientConnections(timesOf(options.clientIdleMs))
    const server = createServer({
      IncomingMessage: NodeRequest,
      headersTimeout: HEAD_TIMEOUT_MS,
      requestTimeout: 0, // a large body over a slow line is no fault: size and idle time are bounded
      keepAliveTimeout: 0,
      noDelay: true,
    })
    server.on('request', (req, res) => this.#called(req, res))
    server.on('checkContinue', (req, res) => {
      res.writeContinue()
      this.#called(req, res)
    })
    server.on('checkExpectation', rejectExpectation)
    server.on('clientError', rejectUnreadable)
    this.#server = server
    this.#standBefore(server)
  }

  /** Takes every connection first, and leaves to Node's server those that are handed off. */
  #standBefore(server: Server<typeof NodeRequest>): void {
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    this.handOff = (socket) => {
      for (const listener of listeners) listener.call(server, socket)
    }
    server.on('connection', (socket: Socket) => new FastConnection(socket, this.#connections, this))
  }

  handOff!: (socket: Socket) => void

  takes(head: FastHead): boolean {
    return this.#options.takes(head)
  }

  onCall(call: ClientCall): void {
    this.#options.onCall(call)
  }

  #called(req: NodeRequest, res: ServerResponse): void {
    useOriginForm(req)
    this.onCall(new NodeCall(this.#connections.of(req.socket), req, res))
  }

  setClientIdle(stillMs: number | undefined): void {
    this.#connections.setTimes(timesOf(stillMs))
  }

  /** Invalidates what is known of each connection's requests. */
  forgetHeads(): void {
    this.#connections.forgetHeads()
    this.heads.forget()
  }

  /** Resolves with the address. Throws `port_in_use`, or `failed` when it cannot be had. */
  async open(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, port)))
      this.#server.listen({ host, port }, resolve)
    })
    return this.#server.address() as AddressInfo
  }

  /** Accepts no more connections. Those in use end with their answers. Resolves when all are closed. */
  close(): Promise<void> {
    this.isClosing = true
    this.#connections.stop()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#connections.closeIdle()
    return closed
  }

  closeAll(): void {
    this.#connections.closeAll()
  }
}

function timesOf(stillMs = CLIENT_IDLE_MS): { keepAliveMs: number; stillMs: number } {
  return { keepAliveMs: KEEP_ALIVE_MS, stillMs }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): QwenctlError {
  if (error.code === 'EADDRINUSE') {
    return new QwenctlError('port_in_use', `port ${port} on ${host} is in use`, {
      hint: 'choose another with --port, or --port 0 for any free one; qwenctl proxy status tells whether it is a proxy of yours',
      cause: error,
    })
  }
  return new QwenctlError('failed', `cannot listen on ${host}:${port} (${error.code ?? error.message})`, {
    cause: error,
  })
}
