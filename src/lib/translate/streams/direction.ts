import type { Json } from '../json-fields.ts'

/** One direction of a stream: takes what the upstream says, and says it to the client. */
export interface Direction {
  /** True once something was said. */
  readonly isOpen: boolean
  /** The data of one event. Throws `upstream_unavailable` for what cannot be said in the client's format. */
  take(data: Json, out: string[]): void
  /**
   * The stream is over; `isMarked` when the upstream said so itself (`[DONE]`). True: the answer is complete, and the
   * client was told.
   */
  finish(isMarked: boolean, out: string[]): boolean
  /** What keeps a client waiting. */
  readonly keepAlive: string
  /** An error's body as the client's last event. */
  errorEvent(body: Json): string
}
