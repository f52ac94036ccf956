import { describe, expect, test } from 'vitest'
import type { LimitRecord } from '../../../src/lib/quota/log/events.ts'
import { parseLimit } from '../../../src/lib/quota/limit.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import type { SubjectState } from '../../../src/lib/quota/log/state.ts'
import { passedThresholds } from '../../../src/lib/quota/thresholds.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const DAY = 86_400_000
const iso = (at: number) => new Date(at).toISOString()

/** An account that has used so many requests of its limits. */
function used(count: number, ...texts: string[]): SubjectState {
  const state = emptyState()
  const limits: LimitRecord[] = texts.map((text) => ({ ...parseLimit(text), source: 'configured' }))
  apply(state, { type: 'limits', account: 'a', limits, at: iso(NOON) })
  for (let n = 0; n < count; n++) apply(state, { type: 'reserve', id: `w-${n}`, account: 'a', at: iso(NOON) })
  return state.subjects.get('a')!
}

const shown = (subject: SubjectState, percents: number[], now = NOON) =>
  passedThresholds(subject, percents, now).map(({ used, highest, lower }) => [used, highest, ...lower])

test.each<[count: number, percents: number[], passed: number[][]]>([
  [0, [50, 80], []],
  [4, [50, 80], []],
  [5, [50, 80], [[5, 50]]],
  [7, [80, 50], [[7, 50]]],
  [8, [50, 80], [[8, 80, 50]]],
  [10, [100, 50, 80], [[10, 100, 80, 50]]],
  [10, [], []],
])('%i of 10 used: of the thresholds %j, it has passed %j', (count, percents, passed) => {
  expect(shown(used(count, '10/day'), percents)).toEqual(passed)
})

test('each limit passes its own', () => {
  expect(shown(used(5, '10/day', '5/hour', '100/day'), [50, 100])).toEqual([
    [5, 50],
    [5, 100, 50],
  ])
})

test('the use of an ended window has passed nothing', () => {
  expect(shown(used(10, '10/day'), [50], NOON + DAY)).toEqual([])
  expect(shown(used(10, '10/hour'), [50], NOON + 3_600_000)).toEqual([])
})

test('a learned limit counts, also of a model, until it is no longer in force', () => {
  const state = emptyState()
  const limit = { metric: 'requests', window: 'week', max: 10, remaining: 4, from: 'x' } as const
  apply(state, { type: 'learn', account: 'a', limits: [limit, { ...limit, model: 'm' }], at: iso(NOON) })
  const subject = state.subjects.get('a')!
  expect(shown(subject, [50])).toEqual([
    [6, 50],
    [6, 50],
  ])
  expect(shown(subject, [50], NOON + 7 * DAY)).toEqual([])
})

describe('the name of a window', () => {
  const name = (text: string, now = NOON) => passedThresholds(used(10, text), [50], now)[0]?.window

  test('is its end, where it has one', () => {
    expect(name('10/day')).toBe(String(Date.parse('2026-11-23T00:00:00Z')))
    expect(name('10/day@first-use')).toBe(String(NOON + DAY))
  })

  test('changes once per length, where it has none', () => {
    const place = Math.floor(NOON / DAY)
    expect([name('10/day@rolling'), name('10/day@refill')]).toEqual([`rolling-${place}`, `refill-${place}`])
    expect(name('10/day@rolling', NOON + DAY / 2)).toBe(`rolling-${place + 1}`)
  })
})
