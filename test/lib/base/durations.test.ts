import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAge, formatDuration } from '../../../src/lib/base/durations.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [1, '1 s'],
  [59_001, '60 s'],
  [MINUTE, '1 min'],
  [MINUTE + 1, '2 min'],
  [59 * MINUTE + 1, '1 h'],
  [3 * HOUR + 12 * MINUTE, '3 h 12 min'],
  [DAY - 1, '1 d'],
  [2 * DAY + 3 * HOUR, '2 d 3 h'],
  [2 * DAY + 3 * HOUR + 1, '2 d 4 h'],
  [40 * DAY, '40 d'],
])('%i ms last %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words)
})

test.each([
  [-1, 'just now'],
  [9_999, 'just now'],
  [10_000, '10 s ago'],
  [MINUTE - 1, '59 s ago'],
  [MINUTE, '1 min ago'],
  [HOUR - 1, '59 min ago'],
  [HOUR, '1 h ago'],
  [DAY - 1, '23 h ago'],
  [DAY, '1 d ago'],
])('what is %i ms old is from %s', (ms, words) => {
  expect(formatAge(ms)).toBe(words)
})

test('no duration reads shorter than it is, and none an hour longer', () => {
  const unit: Record<string, number> = { s: 1000, min: MINUTE, h: HOUR, d: DAY }
  const read = (words: string) =>
    [...words.matchAll(/(\d+) (\w+)/g)].reduce(
      (sum, [, count, name]) => sum + Number(count) * unit[name!]!,
      0,
    )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 * DAY }), (ms) => {
      const shown = read(formatDuration(ms))
      expect(shown).toBeGreaterThanOrEqual(ms)
      expect(shown - ms).toBeLessThan(ms < MINUTE ? 1000 : ms <= DAY ? MINUTE : HOUR)
    }),
  )
})
