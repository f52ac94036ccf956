import type { Schedule } from './schedule.ts'

/** The task of a job for one account. */
export type JobAction =
  /** A request through the pool. The answer goes to a command, to a file, or into the kept output. */
  | {
      kind: 'ask'
      /** The prompt with placeholders; null: it is in `template`. */
      text: string | null
      /** A file, or the name of an entry in the account's templates.yaml. */
      template: string | null
      /** Null: the account's setting, or its first model for chats. */
      model: string | null
      maxTokens: number | null
      command: string[] | null
      /** The request only starts a window of the account's plan; missing: it does not. */
      isPrime?: true
    }
  | { kind: 'command'; command: string[] }
  | { kind: 'verify' }
  /** Reads the provider's own counts. */
  | { kind: 'plan' }
  /** Runs a batch file with placeholders, in the account's folder. `model`: null: each line's own. */
  | { kind: 'batch'; file: string; model: string | null }

/** A job as stored. Times are RFC 3339. */
export interface Job {
  /** `job_` and 16 characters; never reused. */
  id: string
  name: string
  /** The owner of its accounts; null: all users. */
  user: string | null
  schedule: Schedule
  /** IANA name. */
  zone: string
  /** Ids. */
  accounts: string[]
  groups: string[]
  provider: string | null
  /** Every account of the user, later ones included. */
  all: boolean
  action: JobAction
  spreadMs: number
  overlap: 'skip' | 'queue' | 'allow'
  missed: 'skip' | 'once'
  timeoutMs: number
  retries: number
  maxPerDay: number | null
  /** Values for placeholders. */
  values: Record<string, string>
  /** The file that receives the answer, with placeholders; null: none. */
  out: string | null
  /** The variable that receives the account's own secret; null: none. */
  accountKey: string | null
  /** Commands get `QWENCTL_HOME`. */
  passHome: boolean
  isPaused: boolean
  /** Accounts for which the job was paused after failures, by id. */
  paused: Record<string, { at: string; reason: string }>
  /** Slots up to here do not count. */
  since: string
  createdAt: string
  updatedAt: string
}

/** Whether jobs run for an account, by a person's order. */
export interface AccountOrder {
  isStopped: boolean
  at: string
}

/** The facts of an account that decide whether a job covers it. */
export interface Candidate {
  id: string
  user: string
  provider: string
  groups: string[]
  createdAt: string
}

export function covers(job: Job, account: Candidate): boolean {
  if (job.user !== null && account.user !== job.user) return false
  if (job.all || job.accounts.includes(account.id)) return true
  return job.provider === account.provider || job.groups.some((group) => account.groups.includes(group))
}
