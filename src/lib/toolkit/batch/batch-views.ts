// The public documents of batches: `--json` and the REST API print these shapes. Fields may be added, never renamed.

import type { BatchView } from '../../contract/batches.ts'

export type { AccountTotalsView, BatchStatus, BatchView } from '../../contract/batches.ts'

/** Whether a process works on the batch, or waits for an account. */
export function isRunning({ status }: Pick<BatchView, 'status'>): boolean {
  return status === 'running' || status === 'waiting'
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
