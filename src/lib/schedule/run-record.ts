export type RunStatus = 'running' | 'done' | 'failed' | 'skipped' | 'stopped' | 'lost'

/** The process of a command: its number, and what distinguishes it from a later one with the same number. */
export interface RunProcess {
  pid: number
  startTime: string | null
  bootId: string | null
  pidNamespace: string | null
  host: string
}

/** A run of a job for one account, or a slot that was skipped. Times are RFC 3339. */
export interface RunRecord {
  id: string
  job: string
  jobName: string
  account: string
  /** `provider/name` at the time of the run. */
  accountName: string
  user: string
  slot: string
  status: RunStatus
  claimedAt: string
  endedAt: string | null
  /** Attempts in this run. */
  attempts: number
  isLate: boolean
  isManual: boolean
  /** Why it failed, was skipped or stopped; null: nothing to say. */
  reason: string | null
  exitCode: number | null
  /** Everything that was printed; only a part of it is kept. */
  outputBytes: number
  /** The command of the run; missing: it has none, or none yet. */
  process?: RunProcess
  /** Slots that this record covers: more than one where many were missed. */
  slots: number
}
