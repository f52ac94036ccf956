import { describe, expect, test } from 'vitest'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { PLAN_PREFIX } from '../../../src/lib/quota/set-limits.ts'

const at = '2026-11-30T03:00:00.000Z'
const later = '2026-11-30T05:00:00.000Z'
const row = { metric: 'usd', window: 'month', max: 10, from: `${PLAN_PREFIX}key limit` } as const
const learn = (remaining: number, time = at) => ({
  type: 'learn' as const,
  account: 'a',
  at: time,
  limits: [{ ...row, remaining, counted: true as const }],
})

describe('a limit that the provider counts', () => {
  test('use elsewhere counts with every report, and never twice', () => {
    const state = emptyState()
    const used = () => state.subjects.get('a')!.limits[0]!.usage.used
    apply(state, learn(9))
    expect(used()).toBeCloseTo(1)
    apply(state, { type: 'reserve', id: 'w-1', account: 'a', at })
    apply(state, { type: 'settle', id: 'w-1', at, outcome: 'ok', costUsd: 2 })
    expect(used()).toBeCloseTo(3)
    apply(state, learn(7)) // the provider has seen the same 3 dollars
    expect(used()).toBeCloseTo(3)
    apply(state, learn(4)) // 3 more elsewhere
    expect(used()).toBeCloseTo(6)
    apply(state, learn(0))
    expect(apply(state, { type: 'reserve', id: 'w-2', account: 'a', at })).toBe(false)
  })

  test('a report never takes back what qwenctl counted', () => {
    const state = emptyState()
    apply(state, learn(10))
    apply(state, { type: 'reserve', id: 'w-1', account: 'a', at })
    apply(state, { type: 'settle', id: 'w-1', at, outcome: 'ok', costUsd: 2 })
    apply(state, learn(9))
    expect(state.subjects.get('a')!.limits[0]!.usage.used).toBeCloseTo(2)
  })

  test('a report that lags behind frees nothing of what qwenctl used since, until its requests are long over', () => {
    const state = emptyState()
    const used = () => state.subjects.get('a')!.limits[0]!.usage.used
    apply(state, learn(5)) // 5 dollars elsewhere
    apply(state, { type: 'reserve', id: 'w-1', account: 'a', at })
    apply(state, { type: 'settle', id: 'w-1', at, outcome: 'ok', costUsd: 5 })
    apply(state, learn(5))
    expect(used()).toBeCloseTo(10)
    expect(apply(state, { type: 'reserve', id: 'w-2', account: 'a', at })).toBe(false)
    apply(state, learn(5, later))
    expect(used()).toBeCloseTo(5)
  })

  test('a report of a version before counts as it did', () => {
    const state = emptyState()
    const report = { type: 'learn' as const, account: 'a', at, limits: [{ ...row, remaining: 5 }] }
    apply(state, report)
    apply(state, { type: 'reserve', id: 'w-1', account: 'a', at })
    apply(state, { type: 'settle', id: 'w-1', at, outcome: 'ok', costUsd: 5 })
    apply(state, report)
    expect(state.subjects.get('a')!.limits[0]!.usage.used).toBeCloseTo(5)
  })

  test('a report that was wrong is replaced by the next one', () => {
    const state = emptyState()
    apply(state, learn(0))
    expect(apply(state, { type: 'reserve', id: 'w-1', account: 'a', at })).toBe(false)
    apply(state, learn(9))
    expect(state.subjects.get('a')!.limits[0]!.usage.used).toBeCloseTo(1)
    expect(apply(state, { type: 'reserve', id: 'w-2', account: 'a', at })).toBe(true)
  })
})
