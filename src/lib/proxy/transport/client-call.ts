// Calls of clients. The fast transport reads requests of the usual form straight off the socket
// (`fast/client`). All others are read by Node's HTTP server (`portable/`). The pipeline sees a `ClientCall` in
// both cases.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { PassedHeaders } from '../wire/headers/response-headers.ts'
import type { BodyMemory } from './body/body-memory.ts'
import type { ClientConnection } from './client-connection.ts'

/** Receives a request's body as it arrives, and copies what it keeps. `null` marks the end. */
export type BodyReader = (chunk: Buffer | null) => void

/** The sender copies a body up to this size. Larger bodies go to the socket uncopied. */
export const COPIED_BODY_BYTES = 16 << 10

/** The owner of a call. */
export interface CallListener {
  /**
   * The call has released its connection. `isWhole` is false when the client or the proxy left before the
   * end.
   */
  onCallEnded(isWhole: boolean): void
  /** The client has stopped sending the request or reading the answer. */
  onClientStopped(): void
}

/** A request and its response as Node's server has them. */
export interface NodeExchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** A request of a client, with its answer. After its end every method does nothing. */
export interface ClientCall {
  readonly method: string
  /** As written in the request line. */
  readonly url: string
  /** Flat `[name, value, ...]`, as received. */
  readonly rawHeaders: readonly string[]
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders
  readonly connection: ClientConnection
  /** The memory of the request's bodies. */
  readonly memory: BodyMemory
  /** Node's own request and response; null: the transport has none. */
  readonly node: NodeExchange | null
  listener: CallListener | null
  /** The whole body, if it arrived together with the head. Null: `readBody` delivers it. */
  readonly body: Buffer | null
  /**
   * The buffer that holds the body, to be released after its last reader. Null: there is nothing to release.
   */
  readonly piece: Buffer | null
  /** The announced length of the body; 0 if the client announced none. */
  readonly announcedBytes: number
  /** The whole request has arrived. */
  readonly isRead: boolean
  /**
   * Must be called in the event loop turn in which the call arrived. A body without a reader is discarded.
   */
  readBody(reader: BodyReader): void
  /** Discards the rest of the body. A client that sends for longer than this is cut off. */
  leaveUnread(lingerMs: number): void
  /** The answer, or its head, was sent. */
  readonly hasBegun: boolean
  /**
   * Sends a whole answer at once. Headers are flat and include the length; those of the upstream come first.
   * The caller must not change a body of more than `COPIED_BODY_BYTES`.
   */
  send(status: number, headers: string[], body: Buffer, passed?: PassedHeaders): void
  /** Sends the head of an answer. The body follows in pieces. */
  begin(status: number, headers: string[]): void
  /** False: the client is slow, and the caller should hold back more until it drains. */
  write(bytes: Buffer): boolean
  /** Calls `then` once, when a slow client has read everything. */
  whenDrained(then: () => void): void
  end(): void
  /** Breaks the connection after everything written before has left. */
  cutOff(): void
  /** The connection takes no further request. */
  isLast(): void
}
