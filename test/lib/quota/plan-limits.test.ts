import { describe, expect, test } from 'vitest'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { PLAN_PREFIX } from '../../../src/lib/quota/set-limits.ts'

const at = '2026-11-30T03:00:00.000Z'
const learn = (remaining: number, max = 10) => ({
  type: 'learn' as const,
  account: 'a',
  at,
  limits: [{ metric: 'usd' as const, window: 'month', max, remaining, from: `${PLAN_PREFIX}key limit` }],
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

  test('a report that was wrong is replaced by the next one', () => {
    const state = emptyState()
    apply(state, learn(0))
    expect(apply(state, { type: 'reserve', id: 'w-1', account: 'a', at })).toBe(false)
    apply(state, learn(9))
    expect(state.subjects.get('a')!.limits[0]!.usage.used).toBeCloseTo(1)
    expect(apply(state, { type: 'reserve', id: 'w-2', account: 'a', at })).toBe(true)
  })
})
