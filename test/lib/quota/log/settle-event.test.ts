import { expect, test } from 'vitest'
import type { Settlement } from '../../../../src/lib/quota/ledger.ts'
import { closes } from '../../../../src/lib/quota/log/events.ts'
import { settleEvent } from '../../../../src/lib/quota/log/settle-event.ts'

const at = '2026-11-22T12:00:00.000Z'
const whole: Required<Settlement> = {
  outcome: 'lost',
  status: 200,
  inputTokens: 1,
  outputTokens: 2,
  costUsd: 0.5,
  estimated: true,
  estimatedTokens: true,
  latencyMs: 30,
  firstByteMs: 10,
  model: 'm',
  note: 'n',
  unreached: 'refused',
  refunded: true,
}
const head = { type: 'settle', id: 'w-1', at }

test('an event has all that a settlement has', () => {
  expect(settleEvent('w-1', at, whole)).toStrictEqual({ ...head, ...whole })
})

test('an event has no field that its settlement lacks', () => {
  expect(settleEvent('w-1', at, { outcome: 'ok' })).toStrictEqual({ ...head, outcome: 'ok' })
})

test.each([
  ['2026-11-22', true],
  ['2026-11-23', false],
  ['2026-11-21', false],
])('a file of 2026-11-21 may be followed by %s: %s', (next, isEnd) => {
  expect(closes({ type: 'close', at, next }, '2026-11-21')).toBe(isEnd)
})

test('a day may be followed from its first instant on', () => {
  const close = { type: 'close', next: '2026-11-22' } as const
  expect(closes({ ...close, at: '2026-11-22T00:00:00.000Z' }, '2026-11-21')).toBe(true)
  expect(closes({ ...close, at: '2026-11-21T23:59:59.999Z' }, '2026-11-21')).toBe(false)
})
