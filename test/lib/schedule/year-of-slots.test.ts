import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latestSlot, nextSlot } from '../../../src/lib/schedule/slots.ts'
import type { Plan } from '../../../src/lib/schedule/slots.ts'
import type { Schedule } from '../../../src/lib/schedule/schedule.ts'
import { cronCalendar } from '../../../src/lib/toolkit/jobs/cron-calendar.ts'

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']
const MINUTE = 60_000
const DAY = 86_400_000
const YEAR_START = Date.UTC(2026, 0, 1)
const YEAR_END = Date.UTC(2027, 0, 1)

const makePlan = (schedule: Schedule, zone: string): Plan => ({
  schedule,
  zone,
  calendar: cronCalendar,
  resetAt: null,
})

/** The local minutes of a year, each with its first instant: an independent computation with Intl alone. */
function minutesOfYear(zone: string): { wall: string; day: number; at: number; isRepeat: boolean }[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  const seen = new Set<string>()
  const minutes = []
  let newest = ''
  for (let at = YEAR_START; at < YEAR_END; at += MINUTE * 5) {
    const wall = format.format(at)
    const isRepeat = seen.has(wall) || wall <= newest
    if (newest < wall) newest = wall
    // Only the last day can repeat: older texts are not needed.
    if (seen.size > 1000) seen.clear()
    seen.add(wall)
    minutes.push({ wall, day: new Date(`${wall.slice(0, 10)}T00:00:00Z`).getUTCDay(), at, isRepeat })
  }
  return minutes
}

const years = new Map(ZONES.map((zone) => [zone, minutesOfYear(zone)]))

/** The first instants after the clock was changed. */
function findChanges(zone: string): number[] {
  const minutes = years.get(zone)!
  const clock = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}Z`)
  const hasJumped = (index: number) =>
    clock(minutes[index]!.wall) - clock(minutes[index - 1]!.wall) !== 5 * MINUTE
  return minutes.flatMap(({ at }, index) => (index > 0 && hasJumped(index) ? [at] : []))
}

test('the zones with summer time change their clocks twice', () => {
  expect(ZONES.map((zone) => findChanges(zone).length)).toEqual([2, 2, 2, 0])
})

/** The first instant of the second local day: the first may have begun before the year in UTC. */
function findBegin(zone: string): number {
  const minutes = years.get(zone)!
  const first = minutes[0]!.wall.slice(0, 10)
  return minutes.find(({ wall }) => wall.slice(0, 10) > first)!.at
}

/** Every local day has one slot: the first minute at or after the time of day. A skipped time gives the minute after the gap. */
function expectedSlots(zone: string, time: string, days: number[]): number[] {
  const found = new Map<string, number>()
  const from = findBegin(zone)
  for (const { wall, day, at } of years.get(zone)!) {
    const date = wall.slice(0, 10)
    if (at < from) continue
    if (found.has(date) || wall.slice(11) < time) continue
    if (days.length === 0 || days.includes(day)) found.set(date, at)
  }
  return [...found.values()]
}

function walkForward(plan: Plan, from: number, to: number): number[] {
  const slots: number[] = []
  for (let at = nextSlot(plan, from); at !== null && at < to; at = nextSlot(plan, at)) slots.push(at)
  return slots
}

function walkBackward(plan: Plan, from: number, to: number): number[] {
  const slots: number[] = []
  for (let at = latestSlot(plan, to - 1); at !== null && at >= from; at = latestSlot(plan, at - 1))
    slots.push(at)
  return slots.reverse()
}

const times = fc
  .record({ hour: fc.integer({ min: 0, max: 23 }), step: fc.integer({ min: 0, max: 11 }) })
  .map(({ hour, step }) => `${String(hour).padStart(2, '0')}:${String(step * 5).padStart(2, '0')}`)
// Local times around the changes of the clock are drawn as often as all others.
const riskyTimes = fc.constantFrom('01:30', '01:45', '02:00', '02:15', '02:30', '02:55', '03:00', '00:00')
const someDays = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 6 }).map((days) => days.sort())

/** The days around both changes of the clock, and the first and last days of the year. */
function riskySpans(zone: string): [from: number, to: number][] {
  const middles = [...findChanges(zone), YEAR_END]
  const around = middles.map((middle): [number, number] => [
    middle - 8 * DAY,
    Math.min(middle + 8 * DAY, YEAR_END),
  ])
  return [[findBegin(zone), YEAR_START + 8 * DAY], ...around]
}

describe.each(ZONES)('a year of slots in %s', (zone) => {
  const expectSlots = (time: string, days: number[], spans: [from: number, to: number][]) => {
    const plan = makePlan({ kind: 'at', times: [time], days }, zone)
    const ofYear = expectedSlots(zone, time, days)
    for (const [from, to] of spans) {
      const expected = ofYear.filter((at) => at >= from && at < to)
      expect(walkForward(plan, from - 1, to)).toEqual(expected)
      expect(walkBackward(plan, from, to)).toEqual(expected)
    }
  }

  test('agrees with a computation by Intl, forwards and backwards', () => {
    fc.assert(
      fc.property(fc.oneof(times, riskyTimes), someDays, (time, days) =>
        expectSlots(time, days, [[findBegin(zone), YEAR_END]]),
      ),
      { numRuns: 2 }, // each walks all days of the year, which takes seconds
    )
  })

  test('agrees with it around the changes of the clock and of the year, at many times of day', () => {
    fc.assert(
      fc.property(fc.oneof(times, riskyTimes), someDays, (time, days) =>
        expectSlots(time, days, riskySpans(zone)),
      ),
      { numRuns: 12 },
    )
  })

  test('runs a pattern over every hour in elapsed time, also in a repeated hour', () => {
    const plan = makePlan({ kind: 'cron', expression: '*/30 * * * *' }, zone)
    for (const middle of [...findChanges(zone), YEAR_START + 2 * DAY, YEAR_END - 2 * DAY]) {
      const [from, to] = [middle - 2 * DAY, middle + 2 * DAY]
      const expected = years
        .get(zone)!
        .filter(({ wall, at }) => at >= from && at < to && /:(00|30)$/.test(wall))
        .map(({ at }) => at)
      expect(walkForward(plan, from - 1, to)).toEqual(expected)
      expect(walkBackward(plan, from, to)).toEqual(expected)
    }
  })

  test('runs an interval by elapsed time', () => {
    const plan = makePlan({ kind: 'every', everyMs: 7 * 3_600_000, anchor: '2026-01-01T00:00:00.000Z' }, zone)
    const slots = walkForward(plan, YEAR_START, YEAR_END)
    expect(slots[0]).toBe(YEAR_START + 7 * 3_600_000)
    expect(slots.every((at, index) => index === 0 || at - slots[index - 1]! === 7 * 3_600_000)).toBe(true)
  })
})

test('a time in the gap runs at its end, a time that occurs twice runs at the first', () => {
  const berlin = makePlan({ kind: 'at', times: ['02:30'], days: [] }, 'Europe/Berlin')
  const next = (plan: Plan, after: string) => new Date(nextSlot(plan, Date.parse(after))!).toISOString()
  expect(next(berlin, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z')
  expect(next(berlin, '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z')
  expect(next(berlin, '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z')
  const lordHowe = makePlan({ kind: 'at', times: ['02:15'], days: [] }, 'Australia/Lord_Howe')
  expect(next(lordHowe, '2026-10-03T12:00:00Z')).toBe('2026-10-03T15:30:00.000Z')
})
