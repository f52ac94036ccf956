import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortDuration, shortestDuration } from '../../../src/lib/screen/view/words/short-duration.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test.each([
  [-5, '0s'],
  [0, '0s'],
  [1, '1s'],
  [59_001, '1m'],
  [MINUTE + 1, '2m'],
  [HOUR, '1h'],
  [3 * HOUR + 4 * MINUTE, '3h 4m'],
  [23 * HOUR + 59 * MINUTE + 1, '1d'],
  [2 * DAY + 7 * HOUR, '2d 7h'],
  [31 * DAY, '31d'],
])('%d ms are %s', (ms, text) => {
  expect(shortDuration(ms)).toBe(text)
})

test.each([
  [42_000, '42s'],
  [99_000, '99s'],
  [100_000, '2m'],
  [5 * HOUR + 1, '6h'],
  [5 * DAY, '5d'],
])('%d ms in one unit are %s', (ms, text) => {
  expect(shortestDuration(ms)).toBe(text)
})

test('however long, it fits its column and never says less than it is', () => {
  const units = { s: 1000, m: MINUTE, h: HOUR, d: DAY }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 * DAY }), (ms) => {
      for (const text of [shortDuration(ms), shortestDuration(ms)]) {
        expect(text.length).toBeLessThanOrEqual(7)
        const said = text
          .split(' ')
          .map((part) => Number(part.slice(0, -1)) * units[part.at(-1) as keyof typeof units])
        expect(said.reduce((sum, part) => sum + part, 0)).toBeGreaterThanOrEqual(ms)
      }
    }),
  )
})
