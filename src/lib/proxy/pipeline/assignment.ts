import type { Reservation } from '../../quota/ledger.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { RequestPlan } from './request-plan.ts'
import type { Outgoing, PlanStep } from './outgoing.ts'
import type { Target } from '../pool/target.ts'

/** Stands for the reservation of a request that uses up nothing. */
export const UNCOUNTED: Reservation = { id: '', account: '', at: 0 }

/**
 * Why an account gets the same request a second time: its kept connection closed under the request, it refused an option
 * that the client did not send, or it refused an access token that can be renewed.
 */
export type RetryReason = 'stale-connection' | 'usage-option' | 'access-token'

/** One account's turn with a request. */
export interface Assignment {
  plan: RequestPlan
  step: PlanStep
  member: Member
  reservation: Reservation
  /** Why this account already had the same request before, each time with a reservation of its own. */
  retried: readonly RetryReason[]
  /** What was sent; null: nothing. */
  sent: Sent | null
}

export interface Sent {
  target: Target
  outgoing: Outgoing
}
