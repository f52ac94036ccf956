import { expect, test } from 'vitest'
import { turnClock, turnUptime } from '../../../src/lib/base/turn-clock.ts'

test('within a turn of the event loop the time is fixed, and after it continues with the system', async () => {
  const before = Date.now()
  const first = turnClock()
  const uptime = turnUptime()
  while (Date.now() === first) void 0 // until the system's clock has gone on
  expect(turnClock()).toBe(first)
  expect(turnUptime()).toBe(uptime)
  await new Promise((resolve) => setImmediate(resolve))
  const next = turnClock()
  expect(first).toBeGreaterThanOrEqual(before)
  expect(next).toBeGreaterThan(first)
  expect(next).toBeLessThanOrEqual(Date.now())
  expect(turnUptime()).toBeGreaterThan(uptime)
  expect(turnUptime()).toBeLessThanOrEqual(performance.now())
})
