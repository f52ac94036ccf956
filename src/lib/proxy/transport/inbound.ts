import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientCall } from './client-call.ts'
import type { ClientConnection, WriteProgress } from './client-connection.ts'

/** The client connections of a server. */
export interface ConnectionRegistry {
  add(socket: Socket, progress: WriteProgress): ClientConnection
  of(socket: Socket): ClientConnection
}

/** The owner of a server for clients. */
export interface InboundHost {
  readonly connections: ConnectionRegistry
  /** Answers from now on are the last ones of their connections. */
  readonly isClosing: boolean
  /** False: the call needs Node's own request and response objects. */
  takes(request: { readonly url: string }): boolean
  onCall(call: ClientCall): void
}

/** Serves clients. `fast/` and `portable/` have one each. */
export interface InboundTransport {
  /** Not listening yet. */
  readonly server: Server
  /** Invalidates what was derived from earlier heads. */
  forgetHeads(): void
}
