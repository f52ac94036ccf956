import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientHead } from './client-head.ts'
import type { Exchange } from './exchange.ts'

const SWEEP_MS = 15_000
/** So often at least within the time that a client may be still. */
const LOOKS = 4

export interface ClientConnection {
  socket: Socket
  /** Requests that are being answered over it. */
  busy: number
  /** Milliseconds of `performance.now()`. */
  idleSince: number
  /** Of the request before. */
  head: ClientHead | null
  /** The newest of those that are being answered; null: none is. */
  exchange: Exchange | null
  /** Bytes that had come and gone over it when that was last another number, and when that was. */
  moved: number
  movedAt: number
}

export interface ClientTimes {
  /** Between requests. */
  keepAliveMs: number
  /** For a client that has to send the rest of a request, or to take what is there of its answer. */
  stillMs: number
}

/**
 * Closes connections that clients keep but do not use, and finds clients that have stopped in the middle. Node would set and clear a timer for every request, which costs
 * more than the ledger does; here every connection is looked at now and then.
 */
export class ClientConnections {
  readonly #bySocket = new Map<Socket, ClientConnection>()
  readonly #onStill: (connection: ClientConnection) => void
  #times: ClientTimes
  #timer: NodeJS.Timeout | undefined

  /** `onStill`: a client was still for too long. */
  constructor(server: Server, times: ClientTimes, onStill: (connection: ClientConnection) => void) {
    server.keepAliveTimeout = 0
    server.on('connection', (socket) => this.#add(socket))
    this.#times = times
    this.#onStill = onStill
    this.setTimes(times)
  }

  setTimes(times: ClientTimes): void {
    this.#times = times
    clearInterval(this.#timer)
    const everyMs = Math.min(SWEEP_MS, Math.ceil(times.stillMs / LOOKS))
    this.#timer = setInterval(() => this.#sweep(performance.now()), everyMs)
    this.#timer.unref()
  }

  /** A request came; hand what it answers to `ended` when that is over. */
  began(exchange: Exchange): ClientConnection | undefined {
    const connection = this.#bySocket.get(exchange.req.socket)
    if (connection !== undefined) {
      connection.busy += 1
      connection.exchange = exchange
    }
    return connection
  }

  ended(connection: ClientConnection | undefined): void {
    if (connection === undefined) return
    connection.busy -= 1
    if (connection.busy === 0) connection.exchange = null
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
    const now = performance.now()
    const nothing = { busy: 0, head: null, exchange: null, moved: 0 }
    this.#bySocket.set(socket, { socket, ...nothing, idleSince: now, movedAt: now })
    socket.on('close', () => this.#bySocket.delete(socket))
  }

  #sweep(now: number): void {
    const { keepAliveMs, stillMs } = this.#times
    for (const connection of this.#bySocket.values()) {
      const { socket, busy, idleSince } = connection
      if (busy === 0) {
        if (now - idleSince > keepAliveMs) socket.destroy()
        continue
      }
      const moved = socket.bytesRead + socket.bytesWritten - socket.writableLength
      if (moved !== connection.moved || !isClientsTurn(connection)) {
        connection.moved = moved
        connection.movedAt = now
      } else if (now - connection.movedAt >= stillMs) {
        connection.movedAt = now
        this.#onStill(connection)
      }
    }
  }
}

/** Whether nothing goes on before the client sends or takes something. */
function isClientsTurn({ socket, exchange }: ClientConnection): boolean {
  return socket.writableLength > 0 || exchange?.req.complete === false
}
