import type { Outcome, Usage } from '../../provider/provider.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import type { HeldAnswer } from './held-answer.ts'

/** What one try upstream came to. `answered`: the client has it; `refused`: it has nothing yet, another may try. */
export type AttemptResult = Timing &
  (
    | { kind: 'answered'; outcome: OutcomeClass; status: number | null; usage: Usage; late: Outcome | null }
    | { kind: 'refused'; outcome: Outcome; held: HeldAnswer | null; isStale: boolean }
  )

interface Timing {
  /** When it began, epoch milliseconds. */
  at: number
  /** False: not a byte of the request has left, so that the upstream cannot have counted it. */
  requestSent: boolean
  latencyMs: number
  firstByteMs: number | null
}
