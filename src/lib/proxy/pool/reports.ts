import type { ErrorCode } from '../../base/errors.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import type { Member } from '../../rotation/pool/member.ts'

/** An attempt, as reported to observers. Never contains conversation text. */
export interface AttemptReport {
  requestId: string
  member: Member
  model: string | null
  /** 1 for the first account asked. */
  attempt: number
  outcome: OutcomeClass
  status: number | null
  message: string | null
  latencyMs: number
}

/** A request that ended with a qwenctl error, as reported to observers. */
export interface RefusalReport {
  requestId: string
  code: ErrorCode
  message: string
  /** For a pool that is out: the first account to return, and when (epoch milliseconds). */
  returns: { member: Member; at: number } | null
}
