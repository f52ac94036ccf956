import type { DayTotals, LedgerState } from './state.ts'

const DAY = 86_400_000
let memo = { start: 0, day: '1970-01-01' }

/** The UTC day of a time in epoch milliseconds, `YYYY-MM-DD`. */
export function formatDay(at: number): string {
  const start = Math.floor(at / DAY) * DAY
  if (memo.start !== start) memo = { start, day: new Date(start).toISOString().slice(0, 10) } // cached: every event asks for it
  return memo.day
}

export function emptyTotals(): DayTotals {
  return { requests: 0, succeeded: 0, failed: 0, inputTokens: 0, outputTokens: 0, costUsd: null }
}

/** The totals of an account on a UTC day; zeros when there are none. */
export function findTotals(state: LedgerState, day: string, account: string): DayTotals {
  return state.days.get(day)?.get(account) ?? emptyTotals()
}
