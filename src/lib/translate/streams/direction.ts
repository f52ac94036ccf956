import type { Json } from '../json-fields.ts'

/** A direction of a stream: takes the upstream's events, and writes the client's. */
export interface Direction {
  /** True after the first output. */
  readonly isOpen: boolean
  /**
   * Takes the data of one event. Throws `upstream_unavailable` for data that has no form in the client's format.
   */
  take(data: Json, out: string[]): void
  /**
   * The stream has ended; `isMarked` when the upstream marked the end (`[DONE]`). True: the answer is complete, and
   * the client received its end.
   */
  finish(isMarked: boolean, out: string[]): boolean
  /** An event that keeps a client waiting. */
  readonly keepAlive: string
  /** An error's body as the client's last event. */
  errorEvent(body: Json): string
}
