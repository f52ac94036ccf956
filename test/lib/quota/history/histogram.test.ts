import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Histogram } from '../../../../src/lib/quota/history/histogram.ts'
import {
  HISTOGRAM_ERROR,
  addDuration,
  addHistogram,
  readPercentiles,
} from '../../../../src/lib/quota/history/histogram.ts'

const durations = fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 200 })

function buildHistogram(values: number[]): Histogram {
  const histogram: Histogram = new Map()
  for (const value of values) addDuration(histogram, value)
  return histogram
}

function nearestRank(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}

test('percentiles are within 5 % of the true ones', () => {
  expect(HISTOGRAM_ERROR).toBeLessThan(0.05)
  fc.assert(
    fc.property(durations, (values) => {
      const told = readPercentiles(buildHistogram(values))!
      expect(told.count).toBe(values.length)
      for (const [name, share] of [
        ['p50', 0.5],
        ['p95', 0.95],
      ] as const) {
        const exact = nearestRank(values, share)
        // The middle of a step, then rounded: to a tenth below 100 ms, to the millisecond above.
        expect(Math.abs(told[name] - exact)).toBeLessThanOrEqual(exact * 0.05 + 0.05)
      }
    }),
  )
})

test('two that are merged tell the same as one of all', () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const sum = buildHistogram(some)
      addHistogram(sum, buildHistogram(others))
      expect(readPercentiles(sum)).toEqual(readPercentiles(buildHistogram([...some, ...others])))
    }),
  )
})

test('when nothing was measured, there is no percentile; what is no duration is not counted', () => {
  expect(readPercentiles(buildHistogram([]))).toBeNull()
  expect(readPercentiles(buildHistogram([Number.NaN, -1, Infinity]))).toBeNull()
  expect(readPercentiles(buildHistogram([0, 1]))).toEqual({ p50: 1, p95: 1, count: 2 })
})
