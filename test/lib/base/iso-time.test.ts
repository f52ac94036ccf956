import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTime } from '../../../src/lib/base/iso-time.ts'

test('any times, in any order, are written as toISOString has them', () => {
  const most = 8.64e15
  const near = fc.tuple(
    fc.integer({ min: -most / 1000, max: most / 1000 - 1 }),
    fc.integer({ min: 0, max: 1500 }),
  )
  const times = fc.oneof(
    near.map(([second, ms]) => Math.min(most, second * 1000 + ms)),
    fc.integer({ min: -most, max: most }),
    fc.double({ min: -1e12, max: 4e12, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 8 }), (all) => {
      for (const at of [...all, ...all.toReversed()]) expect(formatTime(at)).toBe(new Date(at).toISOString())
    }),
    { numRuns: 500 },
  )
  expect(() => formatTime(Number.NaN)).toThrow(RangeError)
})
