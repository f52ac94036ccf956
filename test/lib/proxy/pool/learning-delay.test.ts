import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findLearningDelay } from '../../../../src/lib/proxy/pool/learning-delay.ts'

test.each([
  [1, 0],
  [64, 0],
  [65, 1000],
  [1000, 1000],
  [1001, 2000],
  [10_000, 10_000],
])('a pool of %i accounts learns after %i ms', (accounts, delayMs) => {
  expect(findLearningDelay(accounts)).toBe(delayMs)
})

test('for each millisecond of delay, a large pool has one account at most to build', () => {
  fc.assert(
    fc.property(fc.integer({ min: 65, max: 1_000_000 }), (accounts) => {
      expect(accounts / findLearningDelay(accounts)).toBeLessThanOrEqual(1)
    }),
  )
})
