// Wall clocks of zones: reads a zone's name and a time of day, and finds the instants at which a zone's clock shows
// them. `reset-words.ts` finds both in sentences.

import { isZone, findDateStart, wallClock } from '../../quota/zone.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A zone by its name, or minutes east of UTC. */
export type Zone = string | number

/** The zone with the earliest days (Kiribati). */
export const EARLIEST: Zone = 14 * 60

export const CHINA = 'Asia/Shanghai'
export const JAPAN = 'Asia/Tokyo'

/** Milliseconds after midnight, of 12 hours if there is a `half` (am or pm); null: no such time of day. */
export function parseTimeOfDay(
  hour: string | undefined,
  minute: string | undefined,
  half: string | undefined,
): number | null {
  const hours = Number(hour)
  const minutes = Number(minute ?? 0)
  const isHalf = half !== undefined
  if (minutes > 59 || hours > (isHalf ? 12 : 23) || (isHalf && hours === 0)) return null
  const inDay = isHalf ? (hours % 12) + (/^p/i.test(half) ? 12 : 0) : hours
  return inDay * HOUR + minutes * 60_000
}

/** A zone name in parentheses or not, an abbreviation, or an offset of UTC; null: none of these. */
export function parseZone(given: string | undefined): Zone | null {
  const name = given?.replace(/^\(|\)$/g, '')
  if (name === undefined) return null
  if (name.includes('/')) return isZone(name) ? name : null
  if (/^(?:Z|UTC|GMT)$/i.test(name)) return 'UTC'
  if (/^P[SD]?T$|^Pacific/i.test(name)) return 'America/Los_Angeles'
  if (/^E[SD]?T$|^Eastern/i.test(name)) return 'America/New_York'
  if (/^Beijing|北京/i.test(name)) return CHINA
  const hours = ZONE_HOURS[name.toUpperCase()]
  if (hours !== undefined) return hours * 60
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/i.exec(name)
  if (offset !== null) return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0))
  return null
}

/**
 * Abbreviations in hours east of UTC. Of several meanings the usual one counts: BST is British, IST is Indian. CST is
 * missing, because Chicago and China are both usual.
 */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  MST: -7,
  MDT: -6,
  CDT: -5,
  CET: 1,
  CEST: 2,
  BST: 1,
  IST: 5.5,
  HKT: 8,
  SGT: 8,
  JST: 9,
  KST: 9,
}

/** The time on the zone's clock, as if it were UTC, in epoch milliseconds. */
export function readWallClock(now: number, zone: Zone): number {
  return typeof zone === 'number' ? now + zone * 60_000 : wallClock(zone, now)
}

/** The instant at which the zone's clock shows `wall`, in epoch milliseconds. */
export function findInstant(wall: number, zone: Zone): number {
  return typeof zone === 'number' ? wall - zone * 60_000 : findDateStart(zone, wall)
}

/** The next instant at which the zone's clock shows this time of day (milliseconds after midnight). */
export function findNextTimeOfDay(ms: number, now: number, zone: Zone): number | null {
  const today = startOfWallDay(readWallClock(now, zone))
  const ends = [-1, 0, 1].map((days) => findInstant(today + days * DAY + ms, zone))
  return pickEnd(ends, now)
}

/** Clocks differ, and an answer may be slow: an end that has just passed is this end, not the next one. */
const JUST_PASSED_MS = 5 * 60_000
const SOON_MS = 60_000

/** The first of these ends that is not over, in epoch milliseconds; null: all are. */
export function pickEnd(ends: readonly number[], now: number): number | null {
  const end = ends.find((at) => at > now - JUST_PASSED_MS) ?? null
  return end === null || end > now ? end : now + SOON_MS
}

/** Midnight of the day of a wall clock. */
export function startOfWallDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY
}
