import type { Outcome } from '../../../provider/provider.ts'
import type { CoolNotice } from '../../../rotation/cooldowns/cooling.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'

/** An attempt that ended without an answer for the client. */
export interface Failure {
  member: Member
  outcome: Outcome
  /** The upstream's answer; null: none. */
  held: HeldAnswer | null
  /** False: the upstream surely did not read the request. */
  wasSent: boolean
  /** The cooldowns that it causes, whether the ledger shows them yet or not. */
  cooled: readonly CoolNotice[]
}
