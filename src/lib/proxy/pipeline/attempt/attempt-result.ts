import type { Outcome, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'

/** The result of one attempt. */
export type AttemptResult = Answered | Refused

/** The client has the answer, or has left. */
export interface Answered extends Timing {
  kind: 'answered'
  outcome: OutcomeClass
  status: number | null
  usage: Usage
  /** An error after the first data of a stream; null: none. */
  late: Outcome | null
}

/** The client has nothing yet, and another account may try. */
export interface Refused extends Timing {
  kind: 'refused'
  outcome: Outcome
  /** The upstream's answer; null: none. */
  held: HeldAnswer | null
  /** The upstream closed a kept connection under the request. */
  isStale: boolean
}

interface Timing {
  /** When the attempt began, epoch milliseconds. */
  at: number
  /** False: no byte of the request has left, so the upstream cannot have counted it. */
  requestSent: boolean
  latencyMs: number
  firstByteMs: number | null
}

/** Receives the end of an attempt, once. */
export interface AttemptListener {
  /** Null: the client left before the request was sent. */
  onEnd(result: AttemptResult | null): void
  onFailed(error: unknown): void
}
