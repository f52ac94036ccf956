import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerEvent } from '../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { standing } from '../../../src/lib/quota/standing.ts'
import type { LedgerState } from '../../../src/lib/quota/log/state.ts'
import { findTotals } from '../../../src/lib/quota/log/totals.ts'

const BASE = Date.parse('2026-11-22T10:00:00.000Z')
const at = (ms: number) => new Date(BASE + ms).toISOString()

function givenLimits(...limits: [window: string, max: number][]): LedgerState {
  const state = emptyState()
  apply(state, {
    type: 'limits',
    account: 'a',
    at: at(0),
    limits: limits.map(([window, max]) => ({ metric: 'requests', window, max, source: 'configured' })),
  })
  return state
}

const reserve = (id: string, ms: number): LedgerEvent => ({ type: 'reserve', id, account: 'a', at: at(ms) })
const refused = (id: string, ms: number): LedgerEvent => ({
  type: 'settle',
  id,
  at: at(ms),
  outcome: 'rate-short',
  status: 429,
  refunded: 'long-windows',
})

function listUsed(state: LedgerState, now: number): Record<string, number> {
  const limits = state.subjects.get('a')?.limits ?? []
  return Object.fromEntries(limits.map((limit) => [limit.window, standing(limit, now).used]))
}

describe('an attempt that the provider refused before any byte of an answer', () => {
  test('three times leaves all of 3/day, and nothing of 3/minute', () => {
    const state = givenLimits(['day', 3], ['minute', 3], ['5h', 3], ['1h@first-use', 3])
    for (const id of ['w-1', 'w-2', 'w-3']) {
      expect(apply(state, reserve(id, 1))).toBe(true)
      apply(state, refused(id, 2))
    }
    expect(listUsed(state, BASE + 3)).toEqual({ day: 0, minute: 3, '5h': 0, '1h@first-use': 0 })
    expect(apply(state, reserve('w-4', 4))).toBe(false) // the minute
    expect(findTotals(state, '2026-11-22', 'a')).toMatchObject({ requests: 3, succeeded: 0, failed: 3 })
  })

  test('counts in a short limit that is set only then, and in no long one', () => {
    const state = givenLimits()
    apply(state, reserve('w-1', 1))
    apply(state, refused('w-1', 2))
    apply(state, {
      type: 'limits',
      account: 'a',
      at: at(3),
      limits: ['10m', 'day', 'week'].map((window) => ({
        metric: 'requests',
        window,
        max: 5,
        source: 'configured',
      })),
    })
    expect(listUsed(state, BASE + 3)).toEqual({ '10m': 1, day: 0, week: 0 })
  })

  test('leaves every window with exactly what was not refused, whatever happens between', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 1000 }), isRefused: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const state = givenLimits(['day', 1000], ['minute', 1000], ['2h', 1000])
        let now = 0
        steps.forEach(({ wait, isRefused }, index) => {
          now += wait
          apply(state, reserve(`w-${index}`, now))
          now += 1
          if (isRefused) apply(state, refused(`w-${index}`, now))
          else apply(state, { type: 'settle', id: `w-${index}`, at: at(now), outcome: 'ok' })
        })
        const served = steps.filter(({ isRefused }) => !isRefused).length
        expect(listUsed(state, BASE + now)).toEqual({ day: served, minute: steps.length, '2h': served })
      }),
    )
  })

  test('after a reset gives nothing back', () => {
    const state = givenLimits(['day', 3])
    apply(state, reserve('w-1', 1))
    apply(state, { type: 'reset', account: 'a', at: at(2) })
    apply(state, reserve('w-2', 3))
    apply(state, refused('w-1', 4))
    expect(listUsed(state, BASE + 5)).toEqual({ day: 1 })
  })
})

describe('an attempt that never left', () => {
  const unreached = (id: string, ms: number): LedgerEvent => ({
    type: 'settle',
    id,
    at: at(ms),
    outcome: 'unreachable',
    refunded: true,
    unreached: 'connection refused',
  })

  test('is counted apart, and marks the account until an attempt gets through', () => {
    const state = givenLimits(['day', 3])
    for (const id of ['w-1', 'w-2']) {
      apply(state, reserve(id, 1))
      apply(state, unreached(id, 2))
    }
    expect(findTotals(state, '2026-11-22', 'a')).toMatchObject({ requests: 0, unreached: 2 })
    expect(state.subjects.get('a')?.unreached).toEqual({ since: BASE + 2, reason: 'connection refused' })
    apply(state, reserve('w-3', 3))
    apply(state, refused('w-3', 4))
    expect(state.subjects.get('a')).not.toHaveProperty('unreached')
  })

  test('ends by a clear of the account', () => {
    const state = givenLimits()
    apply(state, reserve('w-1', 1))
    apply(state, unreached('w-1', 2))
    apply(state, { type: 'clear', subject: 'a', at: at(3), model: '*' })
    expect(state.subjects.get('a')).not.toHaveProperty('unreached')
  })
})
