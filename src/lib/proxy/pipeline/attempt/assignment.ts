import type { Reservation } from '../../../quota/ledger.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { RequestPlan } from '../plan/request-plan.ts'
import type { Outgoing, PlanStep } from '../plan/outgoing.ts'
import type { Target } from '../../pool/target.ts'
import type { BoundUse } from '../../../rotation/use/use-bounds.ts'
import type { Translations } from '../plan/translations.ts'

/** The reservation of a request that uses up nothing. */
export const UNCOUNTED: Reservation = { id: '', account: '', at: 0 }

/**
 * Why an account gets the same request again. Its kept connection closed under the request. Or it refused a part:
 * an option, parameter or effort that only qwenctl added, a hint, or state that another service sealed. Or it takes
 * fewer tokens in an answer. Or it refused an access token that can be renewed.
 */
export type RetryReason =
  | 'stale-connection'
  | 'usage-option'
  | 'token-limit'
  | 'added-parameter'
  | 'access-token'
  | 'effort'
  | 'sealed-state'

/** An account's attempt at a request. */
export interface Assignment {
  plan: RequestPlan
  step: PlanStep
  member: Member
  reservation: Reservation
  /** The request in other formats; null: its route has none. */
  translations: Translations | null
  /** Why this account already had the same request, each time with its own reservation. */
  retried: readonly RetryReason[]
  /** Parameters that the translation has added and this account refuses. */
  leftOut: readonly string[]
  /** The most that the request may use; null: no limit counts it. */
  use: BoundUse | null
  /** The most tokens of an answer that this account takes; null: no refusal said it. */
  mostTokens: number | null
  /** The request as sent; null: nothing was sent. */
  sent: Sent | null
}

export interface Sent {
  target: Target
  outgoing: Outgoing
}

/** The model as the account is asked for it; null: none is named. */
export function readModel({ step }: Assignment): string | null {
  return step.wanted.model ?? null
}
