// The public documents of batches: `--json` and the REST API print these shapes. Fields may be added, never renamed.

/** `dead`: its process ended without recording a result; the same command resumes the batch. */
export type BatchStatus = 'running' | 'waiting' | 'completed' | 'stopped' | 'canceled' | 'failed' | 'dead'

/** Whether a process works on the batch, or waits for an account. */
export function isRunning({ status }: Pick<BatchView, 'status'>): boolean {
  return status === 'running' || status === 'waiting'
}

/** Totals of one account in a batch. */
export interface AccountTotalsView {
  /** `provider/name`; `-`: no account is known. */
  account: string
  done: number
  failed: number
  inputTokens: number
  outputTokens: number
  /** Null: no price is known. */
  costUsd: number | null
}

export interface BatchView {
  id: string
  /** The user that it belongs to; null: it came without a client key, or from an older version. */
  user: string | null
  status: BatchStatus
  /** Why it is not running, or what it waits for; null: nothing to say. */
  reason: string | null
  /** The input, as an absolute path. */
  file: string
  output: string
  errors: string
  journal: string
  format: 'openai' | 'anthropic'
  models: string[]
  lines: number
  done: number
  failed: number
  /** Lines that were sent and have no answer: `--retry-unknown` sends them again. */
  unknown: number
  inFlight: number
  /** Lines that are not sent yet. */
  left: number
  inputTokens: number
  outputTokens: number
  /** Null: no price is known. Answers without a known price are not part of it. */
  costUsd: number | null
  /** Answers a minute over the last minutes of the run; null: too few. */
  perMinute: number | null
  /** RFC 3339; null: not known yet. */
  endsAt: string | null
  /** When the first account returns; null: the batch does not wait. */
  resumesAt: string | null
  startedAt: string
  updatedAt: string
  /** Null: it has not ended. */
  endedAt: string | null
  /** The process that runs it, or ran it last. */
  pid: number
  accounts: AccountTotalsView[]
}

/** The plan of a batch, before anything is sent. */
export interface BatchPlanView {
  file: string
  format: 'openai' | 'anthropic'
  lines: number
  /** Lines that already have an answer, from an earlier run. */
  answered: number
  /** Lines that were sent and have no answer. */
  unknown: number
  /** Lines that this run would send. */
  toSend: number
  models: {
    model: string
    endpoint: string
    lines: number
    /** Estimated from the length of the requests. */
    inputTokens: number
    /** At most, by the limits that the lines state; null: some state none. */
    maxOutputTokens: number | null
    /** At most; null: a price or a limit is unknown. */
    maxCostUsd: number | null
    /** Accounts that can serve it, now or later. */
    accounts: string[]
  }[]
  inputTokens: number
  maxOutputTokens: number | null
  maxCostUsd: number | null
  /** Requests that these accounts can take now; null: no limit is known. */
  roomNow: number | null
  /** When the limits allow the last line; null: they allow all lines now. */
  endsAt: string | null
}
