// The public documents of jobs: a promise, like those in `../views.ts`. Times are RFC 3339, spans are milliseconds.

import type { JobAnswer } from '../../contract/jobs.ts'
import type { RunStatus } from '../../schedule/run-record.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { JobAction } from '../../schedule/job.ts'

export type { JobAccountView, PlannedRun, RunView } from '../../contract/jobs.ts'
export type { JobAction }

export interface JobView extends Omit<JobAnswer, 'scheduleParts' | 'action'> {
  scheduleParts: Schedule
  action: JobAction
}

export interface RunQuery {
  job?: string | undefined
  account?: string | undefined
  status?: RunStatus | undefined
  limit?: number
  withOutput?: boolean
}
