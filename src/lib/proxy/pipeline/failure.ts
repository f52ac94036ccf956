import type { Outcome } from '../../provider/provider.ts'
import type { CoolNotice } from '../../rotation/cooling.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { HeldAnswer } from './held-answer.ts'

/** An attempt that ended without an answer for the client. */
export interface Failure {
  member: Member
  outcome: Outcome
  /** What the upstream said; null: nothing. */
  held: HeldAnswer | null
  /** What it cools, whether the ledger shows it yet or not. */
  cooled: readonly CoolNotice[]
}
