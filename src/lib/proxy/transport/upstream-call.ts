import type { CheckedHeaders } from '../wire/headers/checked-headers.ts'
import type { UpstreamError } from './upstream-error.ts'
import type { UpstreamHead } from './upstream-head.ts'

export interface UpstreamRequest {
  method: string
  /** Origin form, with the query. */
  path: string
  /** Flat `[name, value, ...]` without host, content-length, connection and transfer-encoding. */
  headers: readonly string[] | CheckedHeaders
  /** More headers, such as the credential. */
  more?: CheckedHeaders
  body: Buffer | null
}

/**
 * Callback order: `onHead` once, `onData` any number of times, then `onEnd`; or `onError` at any point, last.
 */
export interface ResponseListener {
  onHead(head: UpstreamHead): void
  /** A view into the read buffer, which the handler may keep unless it has `onReadEnd`. */
  onData(chunk: Buffer): void
  /**
   * The memory of all views since the last call is overwritten from now on. The handler must have copied what
   * it keeps.
   */
  onReadEnd?(): void
  onEnd(): void
  onError(error: UpstreamError): void
}

export type CallState = 'connecting' | 'waiting' | 'body' | 'done' | 'failed' | 'aborted'

export interface UpstreamCall {
  readonly state: CallState
  /**
   * Stops reading the body. Data of the last read (64 KB) is still delivered. No time-out applies while
   * paused.
   */
  pause(): void
  resume(): void
  /** Aborts the call and destroys its connection. No callback follows. */
  abort(): void
}
