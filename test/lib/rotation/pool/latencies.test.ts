import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Latencies } from '../../../../src/lib/rotation/pool/latencies.ts'

test('one fast answer does not make a slow account the fastest, and time without answers does', () => {
  const latencies = new Latencies()
  latencies.observe('slow', 10_000, 0)
  latencies.observe('slow', 100, 1_000)
  latencies.observe('fast', 1_000, 1_000)
  expect(latencies.of('slow', 1_000)).toBeGreaterThan(latencies.of('fast', 1_000))
  for (let at = 2_000; at < 40_000; at += 1_000) latencies.observe('fast', 1_000, at)
  expect(latencies.of('slow', 40_000)).toBeLessThan(latencies.of('fast', 40_000))
})

test('a slow answer counts at once and in full, and an unknown account is expected to be fast', () => {
  const latencies = new Latencies()
  latencies.observe('a', 100, 0)
  latencies.observe('a', 9_000, 10)
  expect([latencies.of('a', 10), latencies.of('b', 10)]).toEqual([9_000, 0])
})

test('the expectation lies between the smallest answer, less what time takes, and the largest', () => {
  const answer = fc.record({ waitMs: fc.nat(20_000), latencyMs: fc.integer({ min: 1, max: 60_000 }) })
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 20 }), (answers) => {
      const latencies = new Latencies()
      let now = 0
      for (const { waitMs, latencyMs } of answers) latencies.observe('a', latencyMs, (now += waitMs))
      const all = answers.map(({ latencyMs }) => latencyMs)
      const expected = latencies.of('a', now)
      expect(expected).toBeGreaterThanOrEqual(Math.min(...all) * (1 - 1e-9))
      expect(expected).toBeLessThanOrEqual(Math.max(...all))
      expect(expected).toBeGreaterThanOrEqual(answers.at(-1)!.latencyMs * (1 - 1e-9))
      expect(latencies.of('a', now + 10_000)).toBeCloseTo(expected / Math.E, 6)
    }),
  )
})
