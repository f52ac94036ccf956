import { wallClock } from '../quota/zone.ts'

/** Daylight saving moves a clock by at most two hours. A longer search would only cost time. */
const TRANSITION_MS = 3 * 3_600_000

/** The zone's offset at an instant, in milliseconds: local time less UTC. */
function offsetAt(zone: string, at: number): number {
  const second = Math.floor(at / 1000) * 1000
  return wallClock(zone, second) - second
}

/** The offsets of the zone near an instant, without duplicates: two where the clock changes, else one. */
export function offsetsNear(zone: string, at: number): number[] {
  if (zone === 'UTC') return [0]
  return [...new Set([offsetAt(zone, at - TRANSITION_MS), offsetAt(zone, at + TRANSITION_MS)])]
}

/** Every instant at which the zone's clock shows `wall` (as if in UTC), ascending: none in a gap, two in a repeat. */
export function instantsAt(zone: string, wall: number): number[] {
  const offsets = offsetsNear(zone, wall - offsetAt(zone, wall))
  return offsets
    .map((offset) => wall - offset)
    .filter((at) => wallClock(zone, at) === wall)
    .sort((a, b) => a - b)
}

/** The one instant of a local time: the first of two, and the end of the gap where the clock skips it. */
export function findInstant(zone: string, wall: number): number {
  return instantsAt(zone, wall)[0] ?? findGapEnd(zone, wall)
}

/** The first instant with a local time after `wall`, which the clock skips. */
function findGapEnd(zone: string, wall: number): number {
  const near = wall - offsetAt(zone, wall)
  let before = near - TRANSITION_MS
  let after = near + TRANSITION_MS
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000
    if (wallClock(zone, middle) >= wall) after = middle
    else before = middle
  }
  return after
}

/** `YYYY-MM-DD` in the zone. */
export function formatLocalDay(zone: string, at: number): string {
  return new Date(wallClock(zone, at)).toISOString().slice(0, 10)
}
