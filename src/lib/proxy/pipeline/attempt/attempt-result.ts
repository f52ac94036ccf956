import type { Outcome, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'

/**
 * The result of one attempt. `answered`: the client has the answer. `refused`: it has nothing yet, and
 * another account may try.
 */
export type AttemptResult = Timing &
  (
    | { kind: 'answered'; outcome: OutcomeClass; status: number | null; usage: Usage; late: Outcome | null }
    | { kind: 'refused'; outcome: Outcome; held: HeldAnswer | null; isStale: boolean }
  )

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
