import type { Socket } from 'node:net'
import type { ClientHead } from '../wire/headers/client-head.ts'

/** The part of a call that its connection needs. */
interface CallOverIt {
  readonly isRead: boolean
  readonly hasBegun: boolean
  readonly listener: { onClientStopped(): void } | null
}

/** The number of written bytes that have left. */
export interface WriteProgress {
  readonly hasUnsent: boolean
  readonly unsentBytes: number
}

/** A client connection, with its state. */
export class ClientConnection {
  readonly socket: Socket
  readonly progress: WriteProgress
  /** The head of the previous request. */
  head: ClientHead | null = null
  /** Requests in progress on this connection. */
  busy = 0
  /** The newest request in progress; null: none. */
  call: CallOverIt | null = null
  /**
   * When the connection was first seen idle, in milliseconds of `performance.now()`; null: it has had a
   * request since.
   */
  idleSince: number | null
  /** Bytes moved over the connection at the last change of that number, and when that was. */
  moved = 0
  movedAt: number

  constructor(socket: Socket, progress: WriteProgress, now: number) {
    this.socket = socket
    this.progress = progress
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
