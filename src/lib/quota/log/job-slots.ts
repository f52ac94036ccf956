import type { JobSlots, LastSlot, LedgerState, OpenRun } from './state.ts'
import type { SlotEndEvent, SlotEvent } from './events.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** A run without an end is no longer counted after this time. */
const RUN_MEMORY_MS = 48 * HOUR_MS

export function emptyJobSlots(): JobSlots {
  return { last: new Map(), runs: new Map(), minutes: [], floor: 0 }
}

export function slotKey(job: string, account: string): string {
  return `${job} ${account}`
}

/** Why an event does not claim its slot. */
export type SlotRefusal = 'claimed' | 'running' | 'per-day' | 'concurrent' | 'per-hour'

/**
 * Claims a slot, for one run or as skipped. The first claim of a slot takes effect, and no later one. A claim of an
 * older slot than the last has no effect, so the state stays small.
 */
export function claimSlot(state: LedgerState, event: SlotEvent): boolean {
  const { jobs, now } = state
  if (jobs.runs.has(event.id)) return true // written twice, because the file was lost after the first write
  if (refuseSlot(state, event) !== null) return false
  const key = slotKey(event.job, event.account)
  const last = jobs.last.get(key) ?? { slot: 0, attempt: 1, number: 0, day: '', today: 0 }
  const { id, job, account, attempt = 1, day = last.day } = event
  const slot = Date.parse(event.slot)
  const runs = event.skipped === true ? 0 : 1
  const today = day === last.day ? last.today : 0
  // A run that repeats an older slot leaves the newest one as it is.
  const isOlder = event.manual === true || (event.replaces !== undefined && slot !== last.slot)
  const taken = isOlder ? { slot: last.slot, attempt: last.attempt } : { slot, attempt }
  if (event.replaces !== undefined) jobs.runs.delete(event.replaces)
  jobs.last.set(key, { ...taken, number: last.number + runs, day, today: today + runs })
  if (runs === 0) return true
  jobs.runs.set(id, { job, account, slot, attempt, at: now })
  countMinute(jobs, now)
  return true
}

/** Why a claim has no effect; null: it takes effect. */
export function refuseSlot(
  { jobs, now }: LedgerState,
  event: Omit<SlotEvent, 'id' | 'type' | 'at'>,
): SlotRefusal | null {
  const last = jobs.last.get(slotKey(event.job, event.account))
  if (event.manual !== true && isTaken(jobs, last, event)) return 'claimed'
  if (event.skipped === true) return null
  if (event.alone === true && findRun(jobs, event, event.replaces) !== null) return 'running'
  if (
    event.perDay !== undefined &&
    last !== undefined &&
    last.day === event.day &&
    last.today >= event.perDay
  )
    return 'per-day'
  const ends = event.replaces === undefined ? 0 : 1
  if (event.most !== undefined && countRuns(jobs, now) - ends >= event.most) return 'concurrent'
  if (event.perHour !== undefined && countHour(jobs, now) >= event.perHour) return 'per-hour'
  return null
}

function isTaken(
  jobs: JobSlots,
  last: LastSlot | undefined,
  event: Pick<SlotEvent, 'slot' | 'attempt' | 'replaces'>,
): boolean {
  // The lost run is open until one process repeats it, whatever slots were claimed since.
  if (event.replaces !== undefined) return !jobs.runs.has(event.replaces)
  const slot = Date.parse(event.slot)
  const { attempt = 1 } = event
  if (last === undefined) return slot <= jobs.floor
  return (
    slot < last.slot ||
    (slot === last.slot && attempt <= last.attempt) ||
    (attempt === 1 && slot <= jobs.floor)
  )
}

/** The open run of a job for an account, besides one; null: none. */
export function findRun(
  jobs: JobSlots,
  { job, account }: Pick<SlotEvent, 'job' | 'account'>,
  besides?: string,
): (OpenRun & { id: string }) | null {
  for (const [id, run] of jobs.runs)
    if (run.job === job && run.account === account && id !== besides) return { id, ...run }
  return null
}

export function endRun({ jobs }: LedgerState, { id }: SlotEndEvent): boolean {
  return jobs.runs.delete(id)
}

function countRuns(jobs: JobSlots, now: number): number {
  for (const [id, { at }] of jobs.runs) if (at < now - RUN_MEMORY_MS) jobs.runs.delete(id)
  return jobs.runs.size
}

/** Runs begun in the last hour; a minute that is partly older still counts. */
function countHour(jobs: JobSlots, now: number): number {
  return jobs.minutes.reduce((sum, { start, runs }) => (start > now - HOUR_MS ? sum + runs : sum), 0)
}

function countMinute(jobs: JobSlots, now: number): void {
  const start = Math.floor(now / MINUTE_MS) * MINUTE_MS
  const newest = jobs.minutes.at(-1)
  if (newest !== undefined && newest.start >= start) newest.runs += 1
  else jobs.minutes.push({ start, runs: 1 })
  while ((jobs.minutes[0]?.start ?? Infinity) <= now - HOUR_MS) jobs.minutes.shift()
}

/**
 * Moves the times of runs with a corrected clock. A slot that a fast clock has claimed must not block earlier slots.
 */
export function shiftJobs(jobs: JobSlots, shift: number, now: number): void {
  jobs.floor = Math.min(jobs.floor, now)
  for (const last of jobs.last.values()) last.slot = Math.min(last.slot, now)
  for (const run of jobs.runs.values()) run.at += shift
  for (const minute of jobs.minutes) minute.start += shift
}

/** The state as JSON, for checkpoints. */
export interface JobSlotsJson {
  last: Record<string, LastSlot>
  runs: Record<string, OpenRun>
  minutes: JobSlots['minutes']
  floor: number
}

export function jobSlotsToJson({ last, runs, minutes, floor }: JobSlots): JobSlotsJson {
  return { last: Object.fromEntries(last), runs: Object.fromEntries(runs), minutes, floor }
}

export function jobSlotsFromJson({ last, runs, minutes, floor }: JobSlotsJson): JobSlots {
  return {
    last: new Map(Object.entries(last)),
    runs: new Map(Object.entries(runs)),
    minutes: minutes.map((minute) => ({ ...minute })),
    floor,
  }
}
