import { z } from 'zod'
import { answer, body, count, text, time } from './components.ts'
import { next, paging } from './paging.ts'

const runView = answer(
  'JobRun',
  z.object({
    id: text,
    job: text,
    jobName: text,
    account: text,
    accountName: text,
    user: text,
    slot: time.describe('the planned time'),
    status: z.enum(['running', 'done', 'failed', 'skipped', 'stopped', 'lost']),
    claimedAt: time,
    endedAt: time.nullable(),
    durationMs: count.nullable(),
    attempts: count,
    isLate: z.boolean().describe('its slot was missed'),
    isManual: z.boolean().describe('a person started it'),
    reason: text.nullable(),
    exitCode: z.int().nullable(),
    outputBytes: count,
    slots: count.describe('slots that the record covers'),
    output: text.nullable().optional().describe('the kept output, with withOutput'),
  }),
)

const accountOfJob = z.object({
  id: text,
  user: text,
  provider: text,
  name: text,
  status: z.enum(['active', 'stopped', 'paused', 'disabled']),
  reason: text.nullable(),
  fix: text.nullable(),
  nextSlot: time.nullable(),
  nextAt: time.nullable(),
  lastRun: runView.nullable(),
})

const job = answer(
  'Job',
  z.object({
    id: text,
    name: text,
    user: text.nullable(),
    status: z
      .enum(['active', 'running', 'paused', 'stopped', 'no-accounts'])
      .describe('`stopped`: each of its accounts is stopped or disabled'),
    schedule: text.describe('in words'),
    scheduleParts: z.looseObject({ kind: z.enum(['cron', 'every', 'at', 'after-reset']) }),
    zone: text,
    kind: z.enum(['ask', 'command', 'verify', 'plan', 'batch']),
    action: z.looseObject({ kind: text }),
    target: z.object({
      accounts: z.array(text),
      groups: z.array(text),
      provider: text.nullable(),
      all: z.boolean(),
    }),
    spreadMs: count,
    timeoutMs: count,
    retries: count,
    maxPerDay: count.nullable(),
    overlap: z.enum(['skip', 'queue', 'allow']),
    missed: z.enum(['skip', 'once']),
    values: z.record(text, text),
    out: text.nullable(),
    accountKey: text.nullable(),
    nextAt: time.nullable(),
    lastRun: runView.nullable(),
    accounts: z.array(accountOfJob),
    createdAt: time,
    updatedAt: time,
  }),
)

export type RunView = z.output<typeof runView>
export type JobAccountView = z.output<typeof accountOfJob>
/** `scheduleParts` and `action` have the form of their kind. */
export type JobAnswer = z.output<typeof job>

const fields = {
  at: text.optional().describe('07:00, or several times with commas'),
  days: text.optional().describe('mon-fri'),
  every: text.optional().describe('2h'),
  cron: text.optional(),
  afterReset: text.optional().describe('the window of a limit: 5h'),
  zone: text.optional(),
  accounts: z.array(text).optional().describe('references or ids'),
  groups: z.array(text).optional(),
  provider: text.optional(),
  all: z.boolean().optional(),
  ask: text.optional().describe('the prompt'),
  template: text.optional(),
  model: text.optional(),
  maxTokens: z.int().min(1).optional(),
  verify: z.boolean().optional(),
  plan: z.boolean().optional().describe("read the provider's own counts"),
  batch: text.optional().describe('a batch file; a relative path is inside the folder of each account'),
  prime: z.boolean().optional().describe('send the smallest request; needs the setting jobs.prime'),
  command: z.array(text).optional().describe('a program and its arguments'),
  spread: text.optional(),
  overlap: z.enum(['skip', 'queue', 'allow']).optional(),
  missed: z.enum(['skip', 'once']).optional(),
  timeout: text.optional(),
  retries: count.optional(),
  maxPerDay: count.optional().describe('0: no cap'),
  set: z.array(text).optional().describe('NAME=VALUE'),
  out: text.optional(),
  accountKey: text.optional(),
  passHome: z.boolean().optional(),
}

export const newJob = body('NewJob', z.strictObject({ name: text, user: text.optional(), ...fields }))
export const jobChanges = body('JobChanges', z.strictObject({ name: text.optional(), ...fields }))
export const jobPause = body(
  'JobAccounts',
  z.strictObject({ accounts: z.array(text).optional().describe('references or ids; missing: all') }),
)
export const runQuery = z.strictObject({
  job: text.optional(),
  account: text.optional(),
  status: runView.shape.status.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  withOutput: z.stringbool().default(false),
})
export const nextQuery = z.strictObject({
  job: text.optional(),
  days: z.coerce.number().int().min(1).max(366).default(1),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
})

export const jobQuery = z.strictObject({
  user: text.optional().describe('only jobs of the accounts of this user'),
  status: job.shape.status.optional(),
  ...paging,
})
export const jobList = answer('Jobs', z.object({ jobs: z.array(job), next }))
export const oneJob = answer('OneJob', z.object({ job }))
export const runList = answer('JobRuns', z.object({ runs: z.array(runView) }))
export const oneRun = answer('OneJobRun', z.object({ run: runView }))
export const startedRuns = answer(
  'StartedJobRuns',
  z.object({ runs: z.array(z.object({ id: text, account: text })) }),
)
const plannedRun = z.object({
  job: text,
  account: z.object({ id: text, user: text, provider: text, name: text }),
  slot: time,
  at: time,
})
export type PlannedRun = z.output<typeof plannedRun>

export const plannedRuns = answer(
  'PlannedJobRuns',
  z.object({
    runs: z.array(plannedRun),
  }),
)
