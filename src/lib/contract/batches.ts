import { z } from 'zod'
import { answer, count, text, time } from './components.ts'
import { next, paging } from './paging.ts'

const status = z.enum(['running', 'waiting', 'completed', 'stopped', 'canceled', 'failed', 'dead'])
const costUsd = z.number().nullable().describe('null: no price is known')

const accountTotals = z.object({
  account: text.describe('provider/name; -: no account is known'),
  done: count,
  failed: count,
  inputTokens: count,
  outputTokens: count,
  costUsd,
})

const batch = answer(
  'Batch',
  z.object({
    id: text,
    user: text.nullable().describe('null: it came without a client key'),
    status: status.describe('dead: its process ended without recording a result'),
    reason: text.nullable().describe('why it does not run, or what it waits for'),
    file: text,
    output: text,
    errors: text,
    journal: text,
    format: z.enum(['openai', 'anthropic']),
    models: z.array(text),
    lines: count,
    done: count,
    failed: count,
    unknown: count.describe('lines that were sent and have no answer'),
    inFlight: count,
    left: count.describe('lines that are not sent yet'),
    inputTokens: count,
    outputTokens: count,
    costUsd,
    perMinute: z.number().nullable().describe('answers a minute'),
    endsAt: time.nullable(),
    resumesAt: time.nullable().describe('when the first account returns'),
    startedAt: time,
    updatedAt: time,
    endedAt: time.nullable(),
    pid: z.int(),
    accounts: z.array(accountTotals),
  }),
)

export const batchQuery = z.strictObject({
  user: text.optional(),
  status: status.optional(),
  after: paging.after,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
export const batchList = answer('Batches', z.object({ batches: z.array(batch), next }))
export const oneBatch = answer('OneBatch', z.object({ batch }))

export type BatchView = z.output<typeof batch>
export type BatchStatus = BatchView['status']
/** Totals of one account in a batch. */
export type AccountTotalsView = z.output<typeof accountTotals>
