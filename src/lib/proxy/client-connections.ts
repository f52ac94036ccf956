import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientHead } from './client-head.ts'

const SWEEP_MS = 15_000

export interface ClientConnection {
  socket: Socket
  /** Requests that are being answered over it. */
  busy: number
  /** Milliseconds of `performance.now()`. */
  idleSince: number
  /** Of the request before. */
  head: ClientHead | null
}

/**
 * Closes connections that clients keep but do not use. Node would set and clear a timer for every request, which costs
 * more than the ledger does; here every connection is looked at now and then.
 */
export class ClientConnections {
  readonly #bySocket = new Map<Socket, ClientConnection>()
  readonly #timer: NodeJS.Timeout

  constructor(server: Server, idleMs: number) {
    server.keepAliveTimeout = 0
    server.on('connection', (socket) => this.#add(socket))
    this.#timer = setInterval(() => this.#sweep(performance.now() - idleMs), SWEEP_MS)
    this.#timer.unref()
  }

  /** A request came over the socket; hand what it answers to `ended` when that is over. */
  began(socket: Socket): ClientConnection | undefined {
    const connection = this.#bySocket.get(socket)
    if (connection !== undefined) connection.busy += 1
    return connection
  }

  ended(connection: ClientConnection | undefined): void {
    if (connection === undefined) return
    connection.busy -= 1
    connection.idleSince = performance.now()
  }

  /** Looks at the next request of every connection as if it were its first. */
  forgetHeads(): void {
    for (const connection of this.#bySocket.values()) connection.head = null
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #add(socket: Socket): void {
    this.#bySocket.set(socket, { socket, busy: 0, idleSince: performance.now(), head: null })
    socket.on('close', () => this.#bySocket.delete(socket))
  }

  #sweep(before: number): void {
    for (const { socket, busy, idleSince } of this.#bySocket.values()) {
      if (busy === 0 && idleSince < before) socket.destroy()
    }
  }
}
