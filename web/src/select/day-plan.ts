import type { PlannedRun } from '../api/types.ts'

const HOUR_MS = 3_600_000
const HOURS = 24

export interface PlannedDay {
  /** The beginning of each hour, epoch milliseconds; the first is the present hour. */
  hours: number[]
  /** The hours before this index are complete: a dense schedule has more runs than the list holds. */
  completeHours: number
  /** The accounts with runs, in the order of their first one. */
  rows: { account: PlannedRun['account']; hours: PlannedRun[][] }[]
}

/** The most planned runs that the page asks for. */
export const MOST_PLANNED = 5000

/** The planned runs of the next day, by account and hour. `runs`: the earliest first, `most` of them at most. */
export function planDay(runs: readonly PlannedRun[], now: number, most = MOST_PLANNED): PlannedDay {
  const first = Math.floor(now / HOUR_MS) * HOUR_MS
  const rows = new Map<string, PlannedDay['rows'][number]>()
  for (const run of runs) {
    const hour = Math.floor((Date.parse(run.at) - first) / HOUR_MS)
    if (hour >= HOURS) continue
    const row = rows.get(run.account.id) ?? { account: run.account, hours: emptyHours() }
    rows.set(run.account.id, row)
    row.hours[Math.max(0, hour)]?.push(run) // a run that is due waits for its process
  }
  const last = runs.length < most ? null : Date.parse(runs.at(-1)?.at ?? '')
  return {
    completeHours: last === null ? HOURS : Math.min(HOURS, Math.floor((last - first) / HOUR_MS)),
    hours: Array.from({ length: HOURS }, (_, hour) => first + hour * HOUR_MS),
    rows: [...rows.values()],
  }
}

function emptyHours(): PlannedRun[][] {
  return Array.from({ length: HOURS }, () => [])
}
