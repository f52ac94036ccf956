import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WaitPace } from '../../../src/lib/management/mcp/tools/wait-pace.ts'

test('however many calls of one caller wait, their looks take a twentieth of the time at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 5000 }), (waits, tookMs) => {
      const pace = new WaitPace()
      for (let count = 0; count < waits; count += 1) pace.begin('key_a')
      const pauseMs = pace.computePause('key_a', tookMs)
      expect((waits * tookMs) / pauseMs).toBeLessThanOrEqual(1 / 20)
    }),
  )
})

test('without load a wait looks once a second, and waits that ended or are of others do not slow it', () => {
  const pace = new WaitPace()
  const ends = [pace.begin('key_a'), pace.begin('key_a')]
  pace.begin('key_b')
  expect(pace.computePause('key_a', 1)).toBe(1000)
  expect(pace.computePause('key_a', 100)).toBe(4000)
  ends[0]?.()
  expect(pace.computePause('key_a', 100)).toBe(2000)
})
