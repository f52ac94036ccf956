import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QwenctlError } from '../../base/errors.ts'
import { chooseTransport } from '../transport/choose-transport.ts'
import type { ClientCall } from '../transport/client-call.ts'
import type { InboundHost, InboundTransport } from '../transport/inbound.ts'
import type { Transport } from '../transport/transport.ts'
import { ClientConnections } from './client-connections.ts'

/** Limit between requests on one connection; longer than clients and balancers keep theirs. */
const KEEP_ALIVE_MS = 75_000
const CLIENT_IDLE_MS = 600_000

export interface HttpListenerOptions {
  /** How long a client may stall while it has to send or read. */
  clientIdleMs?: number | undefined
  /** Missing: the fast one, if this Node allows it. */
  transport?: Transport | undefined
  /** False: the call needs Node's own request and response objects. */
  takes: (request: { readonly url: string }) => boolean
  onCall: (call: ClientCall) => void
}

/** The listener for client connections. */
export class HttpListener implements InboundHost {
  readonly connections: ClientConnections
  readonly #inbound: InboundTransport
  readonly #options: HttpListenerOptions
  isClosing = false

  constructor(options: HttpListenerOptions) {
    this.#options = options
    this.connections = new ClientConnections(deriveTimes(options.clientIdleMs))
    const transport = options.transport ?? chooseTransport().transport
    this.#inbound = transport.openInbound(this)
  }

  get #server(): Server {
    return this.#inbound.server
  }

  takes(request: { readonly url: string }): boolean {
    return this.#options.takes(request)
  }

  onCall(call: ClientCall): void {
    this.#options.onCall(call)
  }

  setClientIdle(stillMs: number | undefined): void {
    this.connections.setTimes(deriveTimes(stillMs))
  }

  /** Invalidates what is known of each connection's requests. */
  forgetHeads(): void {
    this.connections.forgetHeads()
    this.#inbound.forgetHeads()
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
    this.connections.stop()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.connections.closeIdle()
    return closed
  }

  closeAll(): void {
    this.connections.closeAll()
  }
}

function deriveTimes(stillMs = CLIENT_IDLE_MS): { keepAliveMs: number; stillMs: number } {
  return { keepAliveMs: KEEP_ALIVE_MS, stillMs }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): QwenctlError {
  if (error.code === 'EADDRINUSE') {
    return new QwenctlError('port_in_use', `port ${port} on ${host} is in use`, {
      hint: 'choose another with --port, or --port 0 for any free one; qwenctl proxy status shows whether it is a proxy of yours',
      cause: error,
    })
  }
  return new QwenctlError('failed', `cannot listen on ${host}:${port} (${error.code ?? error.message})`, {
    cause: error,
  })
}
