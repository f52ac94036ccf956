import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerEvent, LimitRecord } from '../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { metrics, parseLimit } from '../../../src/lib/quota/limit.ts'
import { parseEvent } from '../../../src/lib/quota/log/parse-event.ts'
import { hasRoom, limitRoomAt, usable } from '../../../src/lib/quota/standing.ts'
import type { LedgerState } from '../../../src/lib/quota/log/state.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const at = (time = NOON) => new Date(time).toISOString()

function given(...limits: string[]): LedgerState {
  const state = emptyState()
  const records = limits.map((text): LimitRecord => ({ ...parseLimit(text), source: 'configured' }))
  apply(state, { type: 'limits', account: 'a', at: at(), limits: records })
  return state
}

let number = 0
const reserve = (keep?: number, time = NOON): LedgerEvent => ({
  type: 'reserve',
  id: `w-${(number += 1)}`,
  account: 'a',
  at: at(time),
  ...(keep === undefined ? {} : { keep }),
})
const granted = (state: LedgerState, many: number, keep?: number) =>
  Array.from({ length: many }, () => apply(state, reserve(keep))).filter(Boolean).length

describe('a share that is kept', () => {
  test.each([
    ['10/day', 20, 8],
    ['5/day', 10, 4],
    ['100/day', 7, 93],
    ['30/day', 10, 27],
    ['3/day', 0, 3],
    ['1/day', 1, 0],
  ])('of %s with %i percent kept, %i requests are granted', (limit, keep, expected) => {
    expect(granted(given(limit), 200, keep)).toBe(expected)
  })

  test('what is kept is there for requests that keep nothing, and counts for those that do', () => {
    const state = given('10/day')
    expect(granted(state, 9, 50)).toBe(5)
    expect(granted(state, 3)).toBe(3)
    expect(granted(state, 9, 20)).toBe(0)
    expect(granted(state, 9)).toBe(2)
  })

  test('of limits that count something else, it is a share of their maximum', () => {
    const state = given('1000tokens/day')
    const spend = (inputTokens: number) => {
      const event = reserve(20)
      const isGranted = apply(state, event)
      apply(state, { type: 'settle', id: (event as { id: string }).id, at: at(), outcome: 'ok', inputTokens })
      return isGranted
    }
    expect([spend(799), spend(1), spend(1)]).toEqual([true, true, false])
    expect(apply(state, reserve())).toBe(true)
  })

  test('it is the account’s: what else counts the request is spent to its end', () => {
    const state = emptyState()
    apply(state, {
      type: 'limits',
      account: 'key',
      at: at(),
      limits: [{ ...parseLimit('2/day'), source: 'configured' }],
    })
    const both = () => apply(state, { ...reserve(50), also: ['key'] } as LedgerEvent)
    expect([both(), both(), both()]).toEqual([true, true, false])
  })

  test('there is room again as soon as the share may be used', () => {
    const state = given('4/minute')
    for (const second of [0, 10, 20]) apply(state, reserve(25, NOON + second * 1000))
    const subject = state.subjects.get('a')
    const now = NOON + 30_000
    expect([hasRoom(subject, now), hasRoom(subject, now, null, { keep: 25 })]).toEqual([true, false])
    expect(limitRoomAt(subject!.limits[0]!, now, 25)).toBe(NOON + MINUTE)
    expect(limitRoomAt(subject!.limits[0]!, now, 50)).toBe(NOON + 10_000 + MINUTE)
  })
})

test('whatever asks in whatever order, at least the share is left by those that keep it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 99 }),
      fc.array(fc.boolean(), { maxLength: 80 }),
      (max, keep, asks) => {
        const state = given(`${max}/day`)
        for (const isOwner of asks) {
          const before = state.subjects.get('a')!.limits[0]!.usage.used
          const isGranted = apply(state, reserve(isOwner ? undefined : keep))
          const left = (max - before - 1) / max
          expect(isGranted).toBe(isOwner ? left >= 0 : left >= 0 && (max - before - 1) * 100 >= keep * max)
        }
      },
    ),
  )
})

test('a share is never more than the limit, and nothing kept is all of it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...metrics),
      fc.integer({ min: 1, max: 1e12 }),
      fc.integer({ min: 0, max: 99 }),
      (metric, max, keep) => {
        expect(usable({ metric, max }, keep)).toBeLessThanOrEqual(max)
        expect(usable({ metric, max })).toBe(max)
      },
    ),
  )
})

test('lines without a share, and with one, are read; one that is no whole percentage is foreign', () => {
  const line = (keep: unknown) => JSON.stringify({ ...reserve(), keep })
  expect([line(undefined), line(20), line(0)].map((text) => parseEvent(text) !== null)).toEqual([
    true,
    true,
    true,
  ])
  expect(['x', -1, 100, 2.5].map((keep) => parseEvent(line(keep)))).toEqual([null, null, null, null])
})
