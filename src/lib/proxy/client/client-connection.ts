import type { Socket } from 'node:net'
import { SocketWriter } from '../transport/socket-writer.ts'
import type { ClientHead } from './client-head.ts'

/** What a connection has to know of a call. */
interface CallOverIt {
  readonly isRead: boolean
  readonly watcher: { clientStopped(): void } | null
}

/** One connection of a client, and what is known of its use. */
export class ClientConnection {
  readonly socket: Socket
  readonly outlet: SocketWriter
  /** Of the request before. */
  head: ClientHead | null = null
  /** Requests that are being answered over it. */
  busy = 0
  /** The newest of those that are being answered; null: none is. */
  call: CallOverIt | null = null
  /** When it was first seen without a request, milliseconds of `performance.now()`; null: it has had one since. */
  idleSince: number | null
  /** Bytes that had come and gone over it when that was last another number, and when that was. */
  moved = 0
  movedAt: number

  constructor(socket: Socket, now: number) {
    this.socket = socket
    this.outlet = new SocketWriter(socket)
    this.idleSince = now
    this.movedAt = now
  }

  began(call: CallOverIt): void {
    this.busy += 1
    this.call = call
  }

  ended(): void {
    this.busy -= 1
    if (this.busy === 0) this.call = null
    this.idleSince = null
  }
}
