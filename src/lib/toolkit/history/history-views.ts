// What history shows: promises, as those in `../views.ts`.

import type { Metric } from '../../quota/limit.ts'
import type { Percentiles } from '../../quota/history/histogram.ts'
import type { AccountView, CooldownView, ForecastView } from '../views.ts'

export const historyKeys = ['account', 'provider', 'model', 'key', 'group', 'user', 'all'] as const
export type HistoryKey = (typeof historyKeys)[number]

export interface HistoryQuery {
  /** UTC days, the present one among them; this or `hours`, else 30. */
  days?: number
  /** Hours, the present one among them. */
  hours?: number
  per: 'hour' | 'day'
  by: HistoryKey
  /** References; none: all accounts, those that are gone too. */
  accounts?: string[]
  user?: string
  provider?: string
  group?: string
}

export interface HistoryRow {
  /** When the bucket begins, RFC 3339; of totals: of the first. */
  at: string
  /** Account id, provider, model, client key's id, group, user, or `all`; `none` without one, `unknown` where nothing says. */
  key: string
  /** The same for people. */
  label: string
  requests: number
  succeeded: number
  failed: number
  /** By outcome class; empty of days whose requests were folded away by an older version. */
  outcomes: Record<string, number>
  inputTokens: number
  outputTokens: number
  /** Null: of no request the cost is known. */
  costUsd: number | null
  /** The part of it that the price table says, not the provider; null as above. */
  estimatedUsd: number | null
  /** Requests that used tokens and have no known cost. */
  unpriced: number
  /** Milliseconds, within 5 %; null: nothing was measured. */
  latencyMs: Percentiles | null
  firstByteMs: Percentiles | null
}

export interface HistoryDocument {
  now: string
  from: string
  to: string
  per: HistoryQuery['per']
  by: HistoryKey
  /** By time, then key; buckets in which nothing was done are left out. */
  rows: HistoryRow[]
  /** Over everything asked for. An account of two groups is in both of their rows, and here once. */
  totals: HistoryRow
}

/** What one account did, or (account null) all of them together. */
export interface AccountStats {
  account: AccountView | null
  now: string
  from: string
  to: string
  per: HistoryQuery['per']
  rows: HistoryRow[]
  /** Totals per model, the busiest first. */
  models: HistoryRow[]
  totals: HistoryRow
  cooldowns: CooldownView[]
  /** Of its limits that will run out before they reset, the first to do so; null: none is known to. */
  forecast: (ForecastView & { metric: Metric; window: string; model: string | null }) | null
}

export interface HistoryBooks {
  /** Throws `account_not_found`, `ambiguous_account`, `invalid_value`. */
  show(query: HistoryQuery): Promise<HistoryDocument>
  /** Reference null: all accounts together. */
  stats(
    reference: string | null,
    query: Pick<HistoryQuery, 'days' | 'hours' | 'per' | 'user'>,
  ): Promise<AccountStats>
}
