import type { Account } from '../../account/account.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { slotKey } from '../../quota/log/job-slots.ts'
import { covers } from '../../schedule/job.ts'
import type { Job } from '../../schedule/job.ts'
import type { DueInput } from '../../schedule/due.ts'
import type { Plan } from '../../schedule/slots.ts'
import { computeSpread } from '../../schedule/spread.ts'
import { findReset } from '../../schedule/window-reset.ts'
import type { JobsData } from '../../store/documents/jobs-document.ts'
import { cronCalendar } from './cron-calendar.ts'

/** A job for one of its accounts. */
export interface JobPair {
  job: Job
  account: Account
  /** The delay within the slot. */
  spreadMs: number
  /** Slots up to here do not count (epoch milliseconds). */
  since: number
}

export type Hindrance = { status: 'stopped' | 'paused' | 'disabled'; reason: string; fix: string }

/** The jobs with each of their accounts, in stored order. */
export function listPairs(data: JobsData, accounts: readonly Account[]): JobPair[] {
  return data.jobs.flatMap((job) =>
    accounts.filter((account) => covers(job, account)).map((account) => buildPair(data, job, account)),
  )
}

export function buildPair({ accounts: orders }: JobsData, job: Job, account: Account): JobPair {
  const begun = [job.since, account.createdAt, orders[account.id]?.at ?? job.since].map(Date.parse)
  const since = Math.max(...begun)
  return { job, account, spreadMs: computeSpread(job.id, account.id, job.spreadMs), since }
}

/** Why a job does not run for an account; null: it runs. */
export function findHindrance(data: JobsData, { job, account }: JobPair): Hindrance | null {
  const reference = `${account.provider}/${account.name}`
  if (!account.enabled)
    return {
      status: 'disabled',
      reason: 'the account is disabled',
      fix: `qwenctl accounts enable ${reference}`,
    }
  if (data.accounts[account.id]?.isStopped === true)
    return {
      status: 'stopped',
      reason: 'the jobs of the account are stopped',
      fix: `qwenctl accounts start ${reference}`,
    }
  const fix = `qwenctl jobs resume ${job.name}`
  if (job.isPaused) return { status: 'paused', reason: 'the job is paused', fix }
  const paused = job.paused[account.id]
  return paused === undefined ? null : { status: 'paused', reason: paused.reason, fix }
}

export function buildPlan({ job, account }: JobPair, state: LedgerState, now: number): Plan {
  const { schedule, zone } = job
  const resetAt =
    schedule.kind === 'after-reset' ? findReset(state.subjects.get(account.id), schedule.window, now) : null
  return { schedule, zone, calendar: cronCalendar, resetAt }
}

export function buildDueInput(pair: JobPair, state: LedgerState, now: number): DueInput {
  const { job, account, spreadMs, since } = pair
  const slot = state.jobs.last.get(slotKey(job.id, account.id))?.slot
  const last = slot === undefined || slot === 0 ? null : slot
  return { plan: buildPlan(pair, state, now), spreadMs, missed: job.missed, last, since, now }
}
