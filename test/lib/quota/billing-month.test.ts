import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { formatLimit, parseLimit } from '../../../src/lib/quota/limit.ts'
import { calendarWindow, wallClock } from '../../../src/lib/quota/zone.ts'

const at = (text: string) => Date.parse(text)

describe('a month from a billing day on', () => {
  it.each([
    ['2026-11-30T00:00:00Z', 15, '2026-11-15', '2026-12-15'],
    ['2026-11-14T23:59:59Z', 15, '2026-10-15', '2026-11-15'],
    ['2026-11-15T00:00:00Z', 15, '2026-11-15', '2026-12-15'],
    ['2027-02-10T00:00:00Z', 31, '2027-01-31', '2027-02-28'],
    ['2027-02-28T00:00:00Z', 31, '2027-02-28', '2027-03-31'],
    ['2028-02-29T12:00:00Z', 30, '2028-02-29', '2028-03-30'],
    ['2027-01-01T00:00:00Z', 15, '2026-12-15', '2027-01-15'],
  ])('at %s with day %i is from %s to %s', (now, day, start, end) => {
    expect(calendarWindow('month', 'UTC', at(now), day)).toEqual({ start: at(start), end: at(end) })
  })

  test('any instant is in its window, and windows follow each other without a gap', () => {
    const zone = fc.constantFrom('UTC', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe')
    const instant = fc.integer({ min: at('2026-01-01'), max: at('2030-01-01') })
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 31 }), zone, (now, day, zone) => {
        const { start, end } = calendarWindow('month', zone, now, day)
        expect(start).toBeLessThanOrEqual(now)
        expect(end).toBeGreaterThan(now)
        expect(calendarWindow('month', zone, end, day).start).toBe(end)
        expect(new Date(wallClock(zone, start)).getUTCDate()).toBeLessThanOrEqual(day)
      }),
      { numRuns: 200 },
    )
  })

  test('is written as it is read', () => {
    for (const text of ['5usd/month@15', '5usd/month@15@Asia/Shanghai'])
      expect(formatLimit(parseLimit(text))).toBe(text)
    for (const text of ['5usd/month@0', '5usd/month@32', '5usd/month@15@Nowhere', '5usd/week@3'])
      expect(() => parseLimit(text)).toThrow()
  })
})
