// The public documents of jobs: a promise, like those in `../views.ts`. Times are RFC 3339, spans are milliseconds.

import type { RunRecord, RunStatus } from '../../store/jobs/run-records.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { JobAction } from '../../schedule/job.ts'

export type { JobAction }

export interface RunView extends Omit<RunRecord, 'slots'> {
  durationMs: number | null
  /** Slots that the record covers. */
  slots: number
  /** The kept output; missing: not asked for. Null: none. */
  output?: string | null
}

export interface JobAccountView {
  id: string
  user: string
  provider: string
  name: string
  status: 'active' | 'stopped' | 'paused' | 'disabled'
  /** Why the job does not run for the account. */
  reason: string | null
  /** The command that makes it run again. */
  fix: string | null
  nextSlot: string | null
  /** The slot with the delay of `--spread`. */
  nextAt: string | null
  lastRun: RunView | null
}

export interface JobView {
  id: string
  name: string
  user: string | null
  status: 'active' | 'running' | 'paused' | 'no-accounts'
  /** In words. */
  schedule: string
  scheduleParts: Schedule
  zone: string
  kind: JobAction['kind']
  action: JobAction
  target: { accounts: string[]; groups: string[]; provider: string | null; all: boolean }
  spreadMs: number
  overlap: 'skip' | 'queue' | 'allow'
  missed: 'skip' | 'once'
  timeoutMs: number
  retries: number
  maxPerDay: number | null
  values: Record<string, string>
  out: string | null
  accountKey: string | null
  nextAt: string | null
  lastRun: RunView | null
  accounts: JobAccountView[]
  createdAt: string
  updatedAt: string
}

/** A planned run. */
export interface PlannedRun {
  job: string
  account: { id: string; user: string; provider: string; name: string }
  slot: string
  at: string
}

export interface RunQuery {
  job?: string | undefined
  account?: string | undefined
  status?: RunStatus | undefined
  limit?: number
  withOutput?: boolean
}
