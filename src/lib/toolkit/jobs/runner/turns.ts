import { slotKey } from '../../../quota/log/job-slots.ts'
import type { JobSlots } from '../../../quota/log/state.ts'
import type { JobPair } from '../job-plans.ts'

/** The turn of a job and account among those that are due. Times in epoch milliseconds. */
export interface Turn {
  /** The number of runs, of any process, at the last look; null: there was no look. */
  runs: number | null
  /** When the last run was seen to begin; null: there was none. */
  ranAt: number | null
}

export const NO_TURN: Turn = { runs: null, ranAt: null }

/** Notes a run that began since the last look. A skipped slot is no run, so its account comes earlier next time. */
export function noteRuns(pair: JobPair & Turn, jobs: JobSlots, now: number): void {
  const last = jobs.last.get(slotKey(pair.job.id, pair.account.id))
  const runs = last?.number ?? 0
  if (pair.runs === null) pair.ranAt = runs === 0 ? null : (last?.slot ?? null)
  else if (pair.runs !== runs) pair.ranAt = now
  pair.runs = runs
}

/**
 * The order of turns: the longest time without a run first. In the order of accounts, the first ones would take all
 * the room at each slot. The last ones would never run.
 */
export function compareTurns(one: Turn & { dueAt: number }, other: Turn & { dueAt: number }): number {
  if (one.ranAt === other.ranAt) return one.dueAt - other.dueAt
  return (one.ranAt ?? -Infinity) < (other.ranAt ?? -Infinity) ? -1 : 1
}
