import type { AccountFilter } from '../accounts/account-inputs.ts'
import type { ExplainDocument, ExplainQuery, QuotaDocument } from '../views.ts'

export interface PlanRefresh {
  document: QuotaDocument
  /** Why a provider could not be asked, in words. */
  failures: string[]
}

/** The cooldowns to end besides those of the accounts and of their quota groups. */
export interface CooldownEnds {
  /** Ends those of providers too, which the accounts of all users share. Default: true. */
  ofProviders?: boolean
}

/** The counters of a home, or of one of its users. */
export interface Quotas {
  /** No references: all accounts that match the filter. */
  show(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /**
   * Whether each account would be used now, in which place, or why not and until when. Needs no proxy. Throws
   * `account_not_found`, `ambiguous_account`, `invalid_value`, `invalid_usage`.
   */
  explain(query: ExplainQuery): Promise<ExplainDocument>
  /**
   * Asks the providers for their own counts, and records them. A provider that fails stops no other.
   */
  refresh(references: string[], filter?: AccountFilter): Promise<PlanRefresh>
  /** Zeroes the counters of the accounts' limits and ends their cooldowns; returns the new state. */
  reset(references: string[], filter?: AccountFilter, ends?: CooldownEnds): Promise<QuotaDocument>
  /** Ends their cooldowns; counters stay. Returns the new state. */
  endCooldowns(references: string[], filter?: AccountFilter, ends?: CooldownEnds): Promise<QuotaDocument>
  /** Removes limits learned from the providers; counters and cooldowns stay. Returns the new state. */
  forgetLearned(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
}
