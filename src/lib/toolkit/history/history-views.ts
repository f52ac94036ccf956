// The public shapes of history: promises, like those in `../views.ts`.

import type { Metric } from '../../quota/limit.ts'
import type { Percentiles } from '../../quota/history/histogram.ts'
import type { AccountView, CooldownView, ForecastView } from '../views.ts'

export const historyKeys = ['account', 'provider', 'model', 'key', 'job', 'group', 'user', 'all'] as const
export type HistoryKey = (typeof historyKeys)[number]

export interface HistoryQuery {
  /** UTC days, including today; this or `hours`, else 30. */
  days?: number
  /** Hours, including the current one. */
  hours?: number
  per: 'hour' | 'day'
  by: HistoryKey
  /** References; none: all accounts, deleted ones included. */
  accounts?: string[]
  user?: string
  provider?: string
  group?: string
}

export interface HistoryRow {
  /** The start of the bucket, RFC 3339; for totals the start of the first bucket. */
  at: string
  /**
   * Account id, provider, model, client key id, job id, group, user, or `all`. `none`: the request had none;
   * `unknown`: not recorded.
   */
  key: string
  /** The key as people read it. */
  label: string
  requests: number
  succeeded: number
  failed: number
  /** By outcome class; empty for days that an older version reduced to totals. */
  outcomes: Record<string, number>
  inputTokens: number
  outputTokens: number
  /** The part of the tokens that qwenctl estimated. */
  estimatedTokens: number
  /** Null: the cost of every request is unknown. */
  costUsd: number | null
  /** The part of the cost that comes from the price table and not from the provider; null as above. */
  estimatedUsd: number | null
  /** Requests with tokens and an unknown cost. */
  unpriced: number
  /** Milliseconds, within 5 %; null: not measured. */
  latencyMs: Percentiles | null
  firstByteMs: Percentiles | null
}

export interface HistoryDocument {
  now: string
  from: string
  to: string
  per: HistoryQuery['per']
  by: HistoryKey
  /** Sorted by time, then key; buckets without requests are left out. */
  rows: HistoryRow[]
  /** Totals over the whole query. An account in two groups is in both rows, and here once. */
  totals: HistoryRow
}

/** The totals of one account, or (account null) of all accounts together. */
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
  /** The first limit that will run out before its reset; null: none is known to. */
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
