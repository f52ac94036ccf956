import { z } from 'zod'
import { metrics } from '../quota/limit.ts'
import { historyKeys } from '../quota/history/history-keys.ts'
import { account, cooldownView, forecastFields } from './accounts/account.ts'
import { answer, count, text, time } from './components.ts'

const percentiles = answer(
  'Percentiles',
  z.object({ p50: z.number(), p95: z.number(), count }),
  'milliseconds, within 5 %',
)

const row = answer(
  'HistoryRow',
  z.object({
    at: time.describe('when the bucket begins; of totals: the first'),
    key: text.describe('the value of the dimension in by: an id, a name, all; none without one'),
    label: text.describe('the key as text for people'),
    requests: count,
    succeeded: count,
    failed: count,
    outcomes: z.record(text, count).describe('by class; empty for days of older versions'),
    inputTokens: count,
    outputTokens: count,
    estimatedTokens: count.describe('the part of the tokens that qwenctl estimated'),
    costUsd: z.number().nullable().describe('null: no cost is known'),
    estimatedUsd: z.number().nullable().describe('the part from the price table'),
    unpriced: count.describe('requests that used tokens and have no known cost'),
    latencyMs: percentiles.nullable(),
    firstByteMs: percentiles.nullable(),
  }),
)

const per = z.enum(['hour', 'day'])

export const history = answer(
  'History',
  z.object({
    now: time,
    from: time,
    to: time,
    per,
    by: z.enum(historyKeys),
    rows: z.array(row).describe('sorted by time, then key; buckets without usage are left out'),
    totals: row.describe('an account in two groups is in both rows, and here once'),
  }),
)

export const stats = answer(
  'AccountStats',
  z.object({
    account: account.nullable().describe('null: all of them together'),
    now: time,
    from: time,
    to: time,
    per,
    rows: z.array(row),
    models: z.array(row).describe('totals per model, the most used first'),
    totals: row,
    cooldowns: z.array(cooldownView),
    forecast: z
      .object({ ...forecastFields, metric: z.enum(metrics), window: text, model: text.nullable() })
      .nullable()
      .describe('the first limit that will run out before its reset'),
  }),
)

/** The share of one value of the dimension in a bucket. */
export type HistoryRow = z.output<typeof row>
export type HistoryDocument = z.output<typeof history>
/** The totals of one account, or of all accounts together. */
export type AccountStats = z.output<typeof stats>

const days = z.coerce.number().int().optional()

/** The span: days, or hours. */
export const span = {
  days,
  hours: days,
  from: text.optional().describe('RFC 3339, or a UTC day; instead of days or hours'),
  to: text.optional().describe('not included; a UTC day is included to its end; missing: now'),
  per: per.optional().describe('days, unless hours are requested'),
}

export const statsQuery = z.strictObject(span)
export const historyQuery = z.strictObject({
  ...span,
  by: z.enum(historyKeys).optional().describe('dimension of the rows; default: one row for all'),
  account: text.optional().describe('id or reference'),
  user: text.optional(),
  provider: text.optional(),
  group: text.optional(),
})

export const compareQuery = z.strictObject({
  days,
  hours: days,
  accounts: text
    .optional()
    .describe('ids or references, separated by commas; neither these nor groups: every account'),
  groups: text.optional().describe('groups, separated by commas'),
  user: text.optional(),
})

const share = z.number().min(0).max(1).nullable()

export const comparison = answer(
  'Comparison',
  z.object({
    now: time,
    from: time,
    to: time,
    subjects: z.array(
      z.object({
        kind: z.enum(['account', 'group']),
        key: text,
        label: text,
        accounts: count,
        requests: z.int(),
        succeeded: count,
        failed: count,
        answeredShare: share.describe('answered requests of those that have ended'),
        inputTokens: count,
        outputTokens: count,
        costUsd: z.number().nullable(),
        unpriced: count,
        latencyMs: percentiles.nullable(),
        firstByteMs: percentiles.nullable(),
        jobs: z.object({ done: count, failed: count, lost: count, skipped: count, successShare: share }),
      }),
    ),
    differences: z
      .array(
        z.object({
          measure: z.enum(['answered', 'job-success', 'latency', 'first-byte']),
          a: z.number().nullable(),
          b: z.number().nullable(),
          difference: z.number().nullable(),
          test: z.enum(['fisher-exact', 'mann-whitney']),
          pValue: z.number().min(0).max(1).nullable().describe('null: too few to tell'),
          isSignificant: z.boolean().describe('pValue is below 0.05'),
        }),
      )
      .nullable()
      .describe('of the first subject to the second; null: there are not exactly two'),
  }),
)

export type ComparisonDocument = z.output<typeof comparison>
/** An account or a group in a range of time. */
export type ComparedSubject = ComparisonDocument['subjects'][number]
/** The difference of one measure between two subjects. */
export type MeasureDifference = NonNullable<ComparisonDocument['differences']>[number]
