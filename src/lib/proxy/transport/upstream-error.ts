export type UpstreamErrorKind = 'unreachable' | 'reset' | 'timeout' | 'malformed' | 'truncated'
export type UpstreamStage = 'connect' | 'head' | 'body'

/**
 * Why an upstream call failed. An expected result, passed to `onError`, not thrown.
 *
 * - `unreachable`: never connected (DNS, refused, TLS)
 * - `reset`: the connection was lost before a complete response head
 * - `timeout`: nothing came in time; `stage` names what was awaited
 * - `malformed`: the response cannot be trusted
 * - `truncated`: the connection was lost before the body was complete
 */
export class UpstreamError extends Error {
  readonly kind: UpstreamErrorKind
  /** The stage that the call had reached. */
  readonly stage: UpstreamStage
  /** Whether any byte of the request may have reached the upstream, which may then have counted it. */
  readonly requestSent: boolean
  /**
   * A kept connection closed right after the request was written, without a byte of an answer. The upstream
   * probably read nothing, but it may have. The same request therefore needs its own reservation before it is
   * sent again.
   */
  readonly isStale: boolean

  constructor(
    kind: UpstreamErrorKind,
    message: string,
    facts: { stage: UpstreamStage; requestSent: boolean; isStale?: boolean; cause?: unknown },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'UpstreamError'
    this.kind = kind
    this.stage = facts.stage
    this.requestSent = facts.requestSent
    this.isStale = facts.isStale === true
  }
}
