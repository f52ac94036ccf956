// The client folder: how clients are met. Most requests come as every program sends them, and are read straight off the
// socket (`plain-*.ts`); a connection on which anything else comes is given to Node's own HTTP server for the rest of its
// life (`node-*.ts`). Whoever works on a request sees a `ClientCall`, and cannot tell which of the two it is.

import type { IncomingHttpHeaders } from 'node:http'
import type { PassedHeaders } from '../wire/response-headers.ts'
import type { ClientConnection } from './client-connection.ts'

/** Takes a request's body as it comes, and copies what it keeps; `null` is its end. */
export type BodyReader = (chunk: Buffer | null) => void

/** A body up to this size is copied by whoever sends it: larger ones go to the socket as they are. */
export const COPIED_BODY_BYTES = 16 << 10

/** Whose a call is. */
export interface CallWatcher {
  /** The call has nothing more to do with its connection. False: the client, or this side, left before the end. */
  callEnded(isWhole: boolean): void
  /** The client neither sends nor takes what it should. */
  clientStopped(): void
}

/** One request of a client, and the way back to it. After its end every method does nothing. */
export interface ClientCall {
  readonly method: string
  /** As it stands in the request line. */
  readonly url: string
  /** Flat `[name, value, ...]`, as received. */
  readonly rawHeaders: readonly string[]
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders
  readonly connection: ClientConnection
  watcher: CallWatcher | null
  /** The whole body, where it came together with the head; null: `readBody` brings it. */
  readonly body: Buffer | null
  /** The memory that it lies in, to be given back when nobody reads it any more; null: it need not be. */
  readonly piece: Buffer | null
  /** How much body the client said that it sends; 0 where it did not say. */
  readonly announcedBytes: number
  /** All of the request is here. */
  readonly isRead: boolean
  /** Must be called in the turn of the event loop in which the call came: what nobody reads is thrown away. */
  readBody(reader: BodyReader): void
  /** Throws away what is still to come of the body; a client that sends for longer than this is cut off. */
  leaveUnread(lingerMs: number): void
  /** The answer, or its head, was given. */
  readonly hasBegun: boolean
  /**
   * A whole answer in one go. Headers are flat, and say the length; those of the upstream come before them. A body of more
   * than `COPIED_BODY_BYTES` has to stay as it is.
   */
  send(status: number, headers: string[], body: Buffer, passed?: PassedHeaders): void
  /** The head of an answer whose body comes in pieces. */
  begin(status: number, headers: string[]): void
  /** False: the client is slow, and more is better kept until it has taken what there is. */
  write(bytes: Buffer): boolean
  /** Calls it once, when a client that was slow has taken all. */
  whenDrained(then: () => void): void
  end(): void
  /** Breaks the connection, when what was written before has left. */
  cutOff(): void
  /** Its connection takes no other request. */
  isLast(): void
}
