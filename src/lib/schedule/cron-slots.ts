import { wallClock } from '../quota/zone.ts'
import { findInstant, instantsAt, offsetsNear } from './local-times.ts'

/** Calculates with a cron expression on a calendar without zones. Times as if in UTC, epoch milliseconds. */
export interface CronCalendar {
  /** The fault of an expression in words; null: it is valid. */
  fault(expression: string): string | null
  /** The first match after `wall`; null: none is left. */
  next(expression: string, wall: number): number | null
  /** The last match before `wall`; null: there was none. */
  previous(expression: string, wall: number): number | null
}

export interface ZonedCron {
  expression: string
  zone: string
  calendar: CronCalendar
}

const TRANSITION_MS = 3 * 3_600_000
/** More matches than a pattern has while a clock changes: one a minute, in both directions. */
const MOST_STEPS = 1000

/** The first slot after `after`; null: none is left. */
export function nextCronSlot(cron: ZonedCron, after: number): number | null {
  const { zone, calendar, expression } = cron
  const isChanging = offsetsNear(zone, after).length > 1
  let wall: number | null = wallClock(zone, after) - (isChanging ? TRANSITION_MS : 0)
  let found = Infinity
  for (let step = 0; step < MOST_STEPS; step += 1) {
    wall = calendar.next(expression, wall)
    if (wall === null) break
    for (const at of slotsAt(cron, wall)) if (at > after) found = Math.min(found, at)
    // Later local times are later instants, except while a clock changes.
    if (found < Infinity && wall > wallClock(zone, found) + (isNear(zone, found) ? TRANSITION_MS : -1)) break
  }
  return found === Infinity ? null : found
}

/** The last slot at or before `before`; null: there was none. */
export function previousCronSlot(cron: ZonedCron, before: number): number | null {
  const { zone, calendar, expression } = cron
  const isChanging = offsetsNear(zone, before).length > 1
  let wall: number | null = wallClock(zone, before) + (isChanging ? TRANSITION_MS : 0) + 1000
  let found = -Infinity
  for (let step = 0; step < MOST_STEPS; step += 1) {
    wall = calendar.previous(expression, wall)
    if (wall === null) break
    for (const at of slotsAt(cron, wall)) if (at <= before) found = Math.max(found, at)
    if (found > -Infinity && wall < wallClock(zone, found) - (isNear(zone, found) ? TRANSITION_MS : -1)) break
  }
  return found === -Infinity ? null : found
}

function isNear(zone: string, at: number): boolean {
  return offsetsNear(zone, at).length > 1
}

/**
 * The instants of one local time. A pattern with fixed hours runs once for each local time, and after the gap where the
 * clock skips it. A pattern over every hour follows elapsed time: it also runs in the repeated hour.
 */
function slotsAt({ expression, zone }: ZonedCron, wall: number): number[] {
  const hour = expression.split(' ')[1] ?? ''
  return hour === '*' ? instantsAt(zone, wall) : [findInstant(zone, wall)]
}
