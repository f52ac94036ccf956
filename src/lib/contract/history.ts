import { z } from 'zod'
import { metrics } from '../quota/limit.ts'
import { historyKeys } from '../quota/history/history-keys.ts'
import { account, cooldownView, forecastFields } from './account.ts'
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
export const span = { days, hours: days, per: per.optional().describe('days, unless hours are requested') }

export const statsQuery = z.strictObject(span)
export const historyQuery = z.strictObject({
  ...span,
  by: z.enum(historyKeys).optional().describe('dimension of the rows; default: one row for all'),
  account: text.optional().describe('id or reference'),
  user: text.optional(),
  provider: text.optional(),
  group: text.optional(),
})
