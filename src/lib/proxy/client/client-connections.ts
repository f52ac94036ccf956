import type { Socket } from 'node:net'
import { ClientConnection, type WriteProgress } from '../transport/client-connection.ts'
import type { ConnectionRegistry } from '../transport/inbound.ts'
import { StreamProgress } from '../transport/portable/stream-progress.ts'

const SWEEP_MS = 15_000
/** Checks within the idle time of a client, at least. */
const LOOKS = 4

export interface ClientTimes {
  /** Between requests. */
  keepAliveMs: number
  /** Limit for a client that still has to send the rest of a request or read its answer. */
  stillMs: number
}

/**
 * Closes idle client connections and finds clients that have stalled. Node would set and clear a timer for
 * every request, which costs more than the ledger does. This class checks every connection at intervals
 * instead.
 */
export class ClientConnections implements ConnectionRegistry {
  readonly #bySocket = new Map<Socket, ClientConnection>()
  #times: ClientTimes
  #timer: NodeJS.Timeout | undefined

  constructor(times: ClientTimes) {
    this.#times = times
    this.setTimes(times)
  }

  setTimes(times: ClientTimes): void {
    this.#times = times
    clearInterval(this.#timer)
    const everyMs = Math.min(SWEEP_MS, Math.ceil(times.stillMs / LOOKS))
    this.#timer = setInterval(() => this.#sweep(performance.now()), everyMs)
    this.#timer.unref()
  }

  add(socket: Socket, progress: WriteProgress = new StreamProgress(socket)): ClientConnection {
    const connection = new ClientConnection(socket, progress, performance.now())
    this.#bySocket.set(socket, connection)
    socket.on('close', () => this.#bySocket.delete(socket))
    return connection
  }

  of(socket: Socket): ClientConnection {
    return this.#bySocket.get(socket) ?? this.add(socket)
  }

  /** Treats the next request of every connection as its first. */
  forgetHeads(): void {
    for (const connection of this.#bySocket.values()) connection.head = null
  }

  /** Closes connections without a request in progress. */
  closeIdle(): void {
    for (const { socket, busy } of this.#bySocket.values()) if (busy === 0) socket.destroy()
  }

  closeAll(): void {
    for (const { socket } of this.#bySocket.values()) socket.destroy()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(now: number): void {
    const { keepAliveMs, stillMs } = this.#times
    for (const connection of this.#bySocket.values()) {
      const { socket, progress, busy } = connection
      if (busy === 0) {
        connection.idleSince ??= now
        if (now - connection.idleSince > keepAliveMs) socket.destroy()
        continue
      }
      const moved = socket.bytesRead + socket.bytesWritten - progress.unsentBytes
      if (moved !== connection.moved || !isClientsTurn(connection)) {
        connection.moved = moved
        connection.movedAt = now
      } else if (now - connection.movedAt >= stillMs) {
        connection.movedAt = now
        connection.call?.listener?.onClientStopped()
      }
    }
  }
}

/** Whether the proxy waits for the client to send or read. */
function isClientsTurn({ progress, call }: ClientConnection): boolean {
  return progress.hasUnsent || call?.isRead === false
}
