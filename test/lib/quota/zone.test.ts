import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calendarWindow, isZone } from '../../../src/lib/quota/zone.ts'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
const iso = (time: number) => new Date(time).toISOString()

test.each([
  // [zone, an instant, start and end of its day, hours of the day]
  ['UTC', '2026-11-22T13:00:00Z', '2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z', 24],
  ['Asia/Shanghai', '2026-11-22T17:00:00Z', '2026-11-22T16:00:00.000Z', '2026-11-23T16:00:00.000Z', 24],
  ['America/Los_Angeles', '2026-03-08T15:00:00Z', '2026-03-08T08:00:00.000Z', '2026-03-09T07:00:00.000Z', 23],
  ['America/Los_Angeles', '2026-11-01T15:00:00Z', '2026-11-01T07:00:00.000Z', '2026-11-02T08:00:00.000Z', 25],
  [
    'Australia/Lord_Howe',
    '2026-04-04T20:00:00Z',
    '2026-04-04T13:00:00.000Z',
    '2026-04-05T13:30:00.000Z',
    24.5,
  ],
  // midnight is skipped: the day starts at 01:00
  ['America/Havana', '2026-03-08T12:00:00Z', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z', 23],
  // 01:00 falls back to 00:00: midnight comes twice, the first counts
  ['America/Havana', '2026-11-01T12:00:00Z', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z', 25],
])('in %s the day around %s has its own length', (zone, instant, start, end, hours) => {
  const window = calendarWindow('day', zone, at(instant))
  expect([iso(window.start), iso(window.end)]).toEqual([start, end])
  expect((window.end - window.start) / HOUR).toBe(hours)
})

test('a week begins on Monday and a month on its first, in the zone', () => {
  const week = calendarWindow('week', 'Asia/Shanghai', at('2026-11-22T15:59:59Z'))
  expect([iso(week.start), iso(week.end)]).toEqual(['2026-11-15T16:00:00.000Z', '2026-11-22T16:00:00.000Z'])
  const month = calendarWindow('month', 'UTC', at('2028-02-29T12:00:00Z'))
  expect([iso(month.start), iso(month.end)]).toEqual(['2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'])
})

test('windows contain their instant and follow each other without gap or overlap, in every zone', () => {
  const zones = [
    'UTC',
    'America/New_York',
    'Africa/Cairo',
    'Asia/Kolkata',
    'Asia/Beirut',
    'Pacific/Apia',
    'America/Havana',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      fc.constantFrom(...zones),
      fc.integer({ min: at('2010-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
      (unit, zone, instant) => {
        const { start, end } = calendarWindow(unit, zone, instant)
        expect(start <= instant && instant < end).toBe(true)
        expect(calendarWindow(unit, zone, end).start).toBe(end)
        expect(calendarWindow(unit, zone, start - 1).end).toBe(start)
        expect(calendarWindow(unit, zone, end - 1)).toEqual({ start, end })
      },
    ),
    { numRuns: 300 },
  )
})

test('an offset or a made-up name is no zone', () => {
  expect(['UTC', 'Asia/Shanghai', '+08:00', 'Mars/Olympus', ''].map(isZone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

test('the zones that are taken without a check are zones of the runtime', () => {
  for (const timeZone of ['UTC', 'Asia/Shanghai', 'America/Los_Angeles'])
    expect(() => new Intl.DateTimeFormat('en-US', { timeZone })).not.toThrow()
})
