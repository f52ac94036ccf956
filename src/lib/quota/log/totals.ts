import type { DayTotals, LedgerState } from './state.ts'

export function emptyTotals(): DayTotals {
  return { requests: 0, succeeded: 0, failed: 0, inputTokens: 0, outputTokens: 0, costUsd: null }
}

/** The totals of an account on a UTC day; zeros when there are none. */
export function findTotals(state: LedgerState, day: string, account: string): DayTotals {
  return state.days.get(day)?.get(account) ?? emptyTotals()
}
