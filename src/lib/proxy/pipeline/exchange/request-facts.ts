import type { QwenctlError } from '../../../base/errors.ts'
import { turnClock } from '../../../base/turn-clock.ts'
import type { AttemptRecord } from '../../../observe/request-event.ts'
import type { Dialect, Usage } from '../../../provider/provider.ts'
import type { KnownKey } from '../../pool/authenticate.ts'

/** The name of every unknown path. Observers must not see what clients write. */
const NO_ROUTE = '*'

const NOTHING: readonly string[] = []

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null, costUsd: null }

/**
 * The facts about a request. The steps of the pipeline fill them in. The headers of the answer show some of them, and
 * the log record shows the others (`server/request-record.ts`).
 */
export class RequestFacts {
  readonly id: string
  /** When its head was read, epoch milliseconds. */
  readonly at = turnClock()

  // ---- the request, as its client wrote it ----

  dialect: Dialect = 'openai'
  /** From the table of routes. */
  route = NO_ROUTE
  /** The client's key; null: none is needed. */
  key: KnownKey | null = null
  /** As the client wrote it. */
  model: string | null = null
  isStream = false
  /** The client reads the stream as one JSON list. No sign of life fits into it. */
  isList = false
  /** A line of a batch: no client waits for the answer, and no conversation follows. */
  isBatchLine = false
  traceparent: string | null = null
  /** The methods of the path, if the request used another. */
  allow: string | null = null
  /** Body bytes. */
  bytesIn = 0
  /** The buffers of its request bodies; see `buffer-pool.ts`. */
  pieces: Buffer[] | null = null

  // ---- its attempts ----

  /** Attempts so far, and the account of the last one. */
  attempts = 0
  account: string | null = null
  /** The dialect of the last attempt's account; null: no attempt. */
  spoken: Dialect | null = null
  /** The last attempt's account got the request in another format. */
  isTranslated = false
  /** Fields of the request that the account of the last attempt did not get. */
  leftOut: readonly string[] = NOTHING
  /** The bound of its answer that qwenctl set for the last attempt; null: none. */
  mostOutput: number | null = null
  /** The answer comes from the sandbox, and carries a header that says it. */
  isSimulated = false
  /** The attempts to report at the end; null: they are not reported. */
  attemptRecords: readonly AttemptRecord[] | null = null
  usage: Usage = NO_USAGE
  /** The error of qwenctl that the client got; null: none. */
  refusal: QwenctlError | null = null

  constructor(id: string) {
    this.id = id
  }
}
