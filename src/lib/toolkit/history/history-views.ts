// The public shapes of history: promises, like those in `../views.ts`.

import type { AccountStats, ComparisonDocument, HistoryDocument } from '../../contract/history.ts'
import type { HistoryKey } from '../../quota/history/history-keys.ts'
import type { CompareQuery } from './comparison-views.ts'

export type { AccountStats, HistoryDocument, HistoryRow } from '../../contract/history.ts'
export { historyKeys, type HistoryKey } from '../../quota/history/history-keys.ts'

export interface HistoryQuery {
  /** UTC days, including today; this or `hours`, else 30. */
  days?: number
  /** Hours, including the current one. */
  hours?: number
  /** The span in epoch milliseconds, instead of days or hours; `to` is exclusive, and missing: now. */
  from?: number
  to?: number
  per: 'hour' | 'day'
  by: HistoryKey
  /** References; none: all accounts, deleted ones included. */
  accounts?: string[]
  user?: string
  /** Only keys and jobs of this user are named; missing: all. */
  viewer?: string
  /** By key: each key of a job has a row of its own, instead of one row for the job. */
  splitsJobs?: boolean
  provider?: string
  group?: string
}

/** A range of time. */
export type HistorySpan = Pick<HistoryQuery, 'days' | 'hours' | 'from' | 'to'>

export interface HistoryBooks {
  /** Accounts or groups side by side. Throws what `show` throws, and `invalid_usage` without a subject. */
  compare(query: CompareQuery): Promise<ComparisonDocument>
  /** Throws `account_not_found`, `ambiguous_account`, `invalid_value`. */
  show(query: HistoryQuery): Promise<HistoryDocument>
  /** Reference null: all accounts together. */
  stats(
    reference: string | null,
    query: HistorySpan & Pick<HistoryQuery, 'per' | 'user'>,
  ): Promise<AccountStats>
}
