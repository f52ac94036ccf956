import type { Reservation } from '../../quota/ledger.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { RequestPlan } from './request-plan.ts'
import type { PlanStep } from './outgoing.ts'

/** Stands for the reservation of a request that uses up nothing. */
export const UNCOUNTED: Reservation = { id: '', account: '', at: 0 }

/** One account's turn with a request. */
export interface Assignment {
  plan: RequestPlan
  step: PlanStep
  member: Member
  reservation: Reservation
  /** Whom it was sent to; null: to nobody. */
  origin: string | null
}
