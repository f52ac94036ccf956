// Laws of the time at which a limit has room: not one millisecond late, and not one early.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLimit } from '../../../src/lib/quota/limit.ts'
import type { LimitState } from '../../../src/lib/quota/log/state.ts'
import {
  countReserved,
  countUsed,
  hasRoom,
  isFull,
  limitRoomAt,
  standing,
  usable,
} from '../../../src/lib/quota/standing.ts'
import { advance, charge, emptyUsage } from '../../../src/lib/quota/window.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'

const BASE = Date.parse('2026-11-22T22:00:00Z')

interface Use {
  wait: number
  amount: number
}

/** The limit after this use, and the time of the last one. */
function useLimit(text: string, uses: readonly Use[]): { limit: LimitState; now: number } {
  const parsed = parseLimit(text)
  const usage = emptyUsage(parsed.clock)
  const limit: LimitState = { ...parsed, usage, source: 'configured', from: null, until: null }
  let now = BASE
  advance(usage, limit.clock, now)
  for (const { wait, amount } of uses) {
    now += wait
    advance(usage, limit.clock, now)
    charge(limit, amount, now)
  }
  return { limit, now }
}

const demand = (keep: number, need: number) => ({
  keep,
  hold: { inputTokens: need, outputTokens: 0, usd: 0 },
})

const uses = fc.array(fc.record({ wait: fc.nat(40_000), amount: fc.nat(60) }), { maxLength: 12 })
const windows = fc.constantFrom(
  '100tokens/minute',
  '100tokens/30s',
  '100tokens/5h@first-use',
  '100tokens/day',
  '100tokens/week@Asia/Tokyo',
)

test.each([0, 1, 30, 100])('with a need of %s, room begins at the stated time and not before', (need) => {
  fc.assert(
    fc.property(windows, uses, fc.constantFrom(0, 10, 33), (text, given, keep) => {
      const { limit, now } = useLimit(text, given)
      fc.pre(need <= usable(limit, keep))
      const at = limitRoomAt(limit, now, keep, need)
      expect(isFull(limit, at, demand(keep, need))).toBe(false)
      if (at > now) expect(isFull(limit, at - 1, demand(keep, need))).toBe(true)
      else expect(at).toBe(now)
    }),
    { numRuns: 300 },
  )
})

test('a bucket has room for a need at the stated time, and two milliseconds before it has none', () => {
  fc.assert(
    fc.property(uses, fc.integer({ min: 0, max: 90 }), fc.constantFrom(0, 10), (given, need, keep) => {
      const { limit, now } = useLimit('100tokens/minute@refill', given)
      fc.pre(need <= usable(limit, keep))
      const at = limitRoomAt(limit, now, keep, need)
      expect(isFull(limit, at + 1, demand(keep, need))).toBe(false)
      if (at > now + 1) expect(isFull(limit, at - 2, demand(keep, need))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('a need that is exactly what is left has room', () => {
  const { limit, now } = useLimit('1000tokens/minute', [
    { wait: 0, amount: 100 },
    { wait: 10_000, amount: 800 },
  ])
  expect(limitRoomAt(limit, now, 0, 100)).toBe(now)
  expect(limitRoomAt(limit, now, 0, 200)).toBe(BASE + 60_000)
  expect(limitRoomAt(limit, now, 0, 201)).toBe(BASE + 70_000)
})

test('the rounding of dollars moves no time: room for all of a limit begins when its window is empty', () => {
  const dollars = [0.1, 0.2, 0.3, 0.7, 1.1].map((usd, index) => ({ wait: index * 1000, amount: usd }))
  const { limit, now } = useLimit('2usd/minute', dollars)
  const lastCharge = BASE + 10_000
  expect(limitRoomAt(limit, now, 0, 2)).toBe(lastCharge + 60_000)
  const cents = fc.integer({ min: 1, max: 300 }).map((count) => count / 100)
  const spends = fc.array(fc.record({ wait: fc.nat(20_000), amount: cents }), { maxLength: 12 })
  fc.assert(
    fc.property(spends, fc.oneof(cents, fc.constant(3)), fc.constantFrom(0, 10), (given, usd, keep) => {
      const { limit, now } = useLimit('3usd/minute', given)
      const asked = { keep, hold: { inputTokens: 0, outputTokens: 0, usd } }
      fc.pre(usd <= usable(limit, keep))
      const at = limitRoomAt(limit, now, keep, usd)
      expect(isFull(limit, at, asked)).toBe(false)
      if (at > now) expect(isFull(limit, at - 1, asked)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('what counts is the use in the window, and a standing agrees with it', () => {
  fc.assert(
    fc.property(windows, uses, fc.nat(60_000), (text, given, later) => {
      const { limit, now } = useLimit(text, given)
      const { used, remaining } = standing(limit, now + later)
      expect(used).toBe(countUsed(limit, now + later))
      expect(remaining).toBe(Math.max(0, 100 - used))
      // A second window of the same use, moved to that time, counts the same.
      const moved = useLimit(text, given).limit
      advance(moved.usage, moved.clock, now + later)
      expect(moved.usage.used).toBe(used)
    }),
  )
})

describe('a learned limit', () => {
  const { limit, now } = useLimit('2/day', [{ wait: 0, amount: 2 }])
  const learned: LimitState = { ...limit, source: 'learned', until: now + 500 }

  test('has room at its end in any case', () => {
    expect(isFull(learned, now + 499)).toBe(true)
    expect(isFull(learned, now + 500)).toBe(false)
    expect(limitRoomAt(learned, now)).toBe(now + 500)
    expect(limitRoomAt(learned, now + 900)).toBe(now + 900)
  })

  test('of one model holds only requests for that model', () => {
    const subject = { ...emptySubject(), modelLimits: [{ ...learned, model: 'large' }] }
    expect(hasRoom(subject, now, 'large')).toBe(false)
    expect(hasRoom(subject, now, 'small')).toBe(true)
    expect(hasRoom(subject, now)).toBe(true)
  })
})

function emptySubject() {
  const state = emptyState()
  apply(state, { type: 'limits', account: 'a', at: new Date(BASE).toISOString(), limits: [] })
  return state.subjects.get('a')!
}

describe('reservations in flight', () => {
  const open = (at: number, sequence: number) => ({ at, sequence }) as never
  const subject = { ...emptySubject(), resetSequence: 5 }

  test.each([
    ['3/minute', BASE - 59_999, 1],
    ['3/minute', BASE - 60_000, 0],
    ['3/day', Date.parse('2026-11-22T00:00:00Z'), 1],
    ['3/day', Date.parse('2026-11-22T00:00:00Z') - 1, 0],
  ])('%s counts one from %s %s times', (text, at, count) => {
    const { limit } = useLimit(text, [{ wait: 0, amount: 1 }])
    expect(countReserved(subject, [open(at, 6)], limit, BASE)).toBe(count)
    // A reset counts from zero: reservations before it are not part of the new count.
    expect(countReserved(subject, [open(at, 5)], limit, BASE)).toBe(0)
  })

  test('only limits of requests have any', () => {
    const { limit } = useLimit('3tokens/minute', [])
    expect(countReserved(subject, [open(BASE, 6)], limit, BASE)).toBe(0)
  })

  test('an ended window has none', () => {
    const { limit } = useLimit('3/5h@first-use', [{ wait: 0, amount: 1 }])
    const end = BASE + 5 * 3_600_000
    expect(countReserved(subject, [open(BASE, 6)], limit, end - 1)).toBe(1)
    expect(countReserved(subject, [open(BASE, 6)], limit, end)).toBe(0)
  })
})
