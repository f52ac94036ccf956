import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDuration } from '../../../../src/lib/quota/history/histogram.ts'
import type { Histogram } from '../../../../src/lib/quota/history/histogram.ts'
import { testDurations, testShares } from '../../../../src/lib/quota/history/significance.ts'

/** Fisher's tea, and other tables by an independent program over `lgamma`. */
test.each([
  [3, 1, 1, 3, 0.4857143],
  [1, 9, 11, 3, 0.002759456],
  [10, 0, 0, 10, 0.00001082509],
  [8, 2, 1, 5, 0.03496503],
  [0, 5, 0, 9, 1],
  [950, 50, 900, 100, 0.00002747498],
])('of %i to %i against %i to %i, the shares differ by chance with p = %d', (a, b, c, d, p) => {
  const found = testShares({ yes: a, no: b }, { yes: c, no: d })
  expect(Math.abs(found - p) / p).toBeLessThan(0.01)
})

const counts = fc.record({ yes: fc.nat(400), no: fc.nat(400) })

test('a p-value of shares is a probability, the same from both sides, and 1 for equal samples', () => {
  fc.assert(
    fc.property(counts, counts, (one, other) => {
      const p = testShares(one, other)
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
      expect(testShares(other, one)).toBeCloseTo(p, 8)
      expect(testShares({ yes: one.no, no: one.yes }, { yes: other.no, no: other.yes })).toBeCloseTo(p, 8)
      expect(testShares(one, one)).toBeCloseTo(1, 6)
    }),
  )
})

test('the same difference of shares is less by chance in a larger sample', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), (times) => {
      const p = (n: number) => testShares({ yes: 9 * n, no: n }, { yes: 7 * n, no: 3 * n })
      expect(p(times + 1)).toBeLessThan(p(times))
    }),
  )
})

function buildHistogram(durations: readonly number[]): Histogram {
  const histogram: Histogram = new Map()
  for (const duration of durations) addDuration(histogram, duration)
  return histogram
}

test('durations that never overlap differ as the normal approximation of the rank sum says', () => {
  const fast = [1, 2, 4, 8, 16, 32, 64, 128]
  const slow = fast.map((ms) => ms * 1000)
  // W = 0, n = m = 8, no ties: z = 32 / sqrt(8 * 8 * 17 / 12) = 3.3606.
  expect(testDurations(buildHistogram(fast), buildHistogram(slow))).toBeCloseTo(0.0007775, 6)
})

test('equal durations share their ranks, and the variance is smaller by them', () => {
  const [one, other] = [
    [1, 1, 1, 1, 1000, 1000, 1000, 1000],
    [1, 1, 1000, 1000, 1000, 1000, 1000, 1000],
  ]
  // Ranks 3.5 and 11.5, U = 24; the ties of 6 and 10 make the variance 64: z = 8 / 8 = 1.
  expect(testDurations(buildHistogram(one), buildHistogram(other))).toBeCloseTo(0.3173, 4)
})

test('a p-value of durations is a probability, the same from both sides, and not significant for one distribution', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 8, maxLength: 60 })
  fc.assert(
    fc.property(durations, durations, (one, other) => {
      const p = testDurations(buildHistogram(one), buildHistogram(other))!
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
      expect(testDurations(buildHistogram(other), buildHistogram(one))).toBeCloseTo(p, 10)
      expect(testDurations(buildHistogram(one), buildHistogram(one))).toBeCloseTo(1, 6)
    }),
  )
  expect(testDurations(buildHistogram([1, 2, 3]), buildHistogram([5, 6, 7]))).toBeNull()
})
