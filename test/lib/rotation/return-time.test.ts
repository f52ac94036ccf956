import { expect, test } from 'vitest'
import { describeReturn } from '../../../src/lib/rotation/return-time.ts'

const at = Date.parse('2026-11-30T12:00:00.000Z')

test.each([
  [5_000, '5 s', 5],
  [400, '1 s', 1],
  [0, '1 s', 1],
  [24_806_000, '6 h 54 min', 24_806],
])('a return in %d ms is shown as %s, and told in whole seconds', (ms, words, seconds) => {
  const { when, details } = describeReturn(at, at - ms)
  expect(when).toBe(`2026-11-30T12:00:00.000Z (in ${words})`)
  expect(details).toEqual({ retryAfterSeconds: seconds, returnsAt: at })
})
