import type { Account } from '../../../account/account.ts'
import type { Job } from '../../../schedule/job.ts'
import type { RunStatus } from '../../../schedule/run-record.ts'

/** A claimed run. */
export interface RunOrder {
  id: string
  job: Job
  account: Account
  /** Epoch milliseconds. */
  slot: number
  isLate: boolean
  /** The number of the run of this job and account, from 1. */
  number: number
  signal: AbortSignal
  /** Receives the process of each command that the run starts. */
  onProcess: (pid: number) => void
}

export interface RunResult {
  status: Extract<RunStatus, 'done' | 'failed' | 'skipped' | 'stopped'>
  reason: string | null
  exitCode: number | null
  output: string
  outputBytes: number
}

export function finishedResult(output: string): RunResult {
  return { status: 'done', reason: null, exitCode: null, output, outputBytes: Buffer.byteLength(output) }
}
