import { describe, expect, test } from 'vitest'
import type { SettleEvent } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { findTotals } from '../../../../src/lib/quota/log/totals.ts'

const BASE = Date.parse('2026-11-22T23:59:00Z')
const iso = (at: number) => new Date(at).toISOString()
const MINUTE = 60_000

type Settlement = Partial<Omit<SettleEvent, 'type' | 'id' | 'at'>>

let number = 0
/** A request that ends as given, `minutes` after it began. */
function serve(state: LedgerState, settlement: Settlement, { at = BASE, minutes = 0 } = {}): void {
  const id = `w-${(number += 1)}`
  apply(state, { type: 'reserve', id, account: 'a', at: iso(at) })
  apply(state, { type: 'settle', id, outcome: 'ok', ...settlement, at: iso(at + minutes * MINUTE) })
}

const totals = (state: LedgerState, day = '2026-11-22') => findTotals(state, day, 'a')

describe('the totals of a day', () => {
  test('are zeros for an account that did nothing', () => {
    expect(totals(emptyState())).toEqual({
      requests: 0,
      succeeded: 0,
      failed: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: null,
    })
  })

  test('sum what its requests used, and how they ended', () => {
    const state = emptyState()
    serve(state, { inputTokens: 5, outputTokens: 2, costUsd: 0.5 })
    serve(state, { inputTokens: 3, outputTokens: 1, estimatedTokens: true })
    serve(state, { outcome: 'overloaded', costUsd: 0.25 })
    serve(state, { outcome: 'timeout', inputTokens: 1, estimatedTokens: true })
    expect(totals(state)).toEqual({
      requests: 4,
      succeeded: 2,
      failed: 2,
      inputTokens: 9,
      outputTokens: 3,
      costUsd: 0.75,
      estimatedTokens: 5,
    })
  })

  test('count a request on the day of its start, and its end on the day of its end', () => {
    const state = emptyState()
    serve(state, { inputTokens: 5 }, { minutes: 2 })
    expect(totals(state)).toMatchObject({ requests: 1, succeeded: 0, inputTokens: 0 })
    expect(totals(state, '2026-11-23')).toMatchObject({ requests: 0, succeeded: 1, inputTokens: 5 })
  })

  test('count attempts that used nothing apart, on the day of their start', () => {
    const state = emptyState()
    const refunded = true as const
    serve(state, { outcome: 'unreachable', refunded, unreached: 'refused' }, { minutes: 2 })
    serve(state, { outcome: 'auth-dead', refunded, status: 401 })
    serve(state, { outcome: 'auth-dead', refunded, status: 401 })
    serve(state, { outcome: 'aborted', refunded })
    serve(state, { outcome: 'ok' })
    expect(totals(state)).toMatchObject({ requests: 0, unreached: 1 })
    expect(totals(state, '2026-11-23')).toMatchObject({ requests: 1, uncounted: 2, succeeded: 1, failed: 0 })
  })
})

describe('an account that could not be reached', () => {
  const reach = (state: LedgerState) => state.subjects.get('a')?.unreached ?? null
  const failed: Settlement = { outcome: 'unreachable', refunded: true, unreached: 'connection refused' }

  test('stays so from the first failed attempt on, with the reason of the last', () => {
    const state = emptyState()
    serve(state, failed, { minutes: 1 })
    serve(state, { ...failed, unreached: 'no such host' }, { at: BASE + 5 * MINUTE })
    expect(reach(state)).toEqual({ since: BASE + MINUTE, reason: 'no such host' })
  })

  test.each<[what: string, settlement: Settlement, isReached: boolean]>([
    ['an answer', { outcome: 'ok' }, true],
    ['a part of an answer', { outcome: 'lost' }, true],
    ['a refusal', { outcome: 'rate-short', status: 429 }, true],
    ['an attempt without an answer', { outcome: 'timeout' }, false],
    ['a client that left', { outcome: 'aborted' }, false],
  ])('after %s', (_, settlement, isReached) => {
    const state = emptyState()
    serve(state, failed)
    serve(state, settlement)
    expect(reach(state) === null).toBe(isReached)
  })

  test('is as new after a person cleared it', () => {
    const state = emptyState()
    serve(state, failed)
    apply(state, { type: 'clear', subject: 'a', at: iso(BASE) })
    expect(reach(state)).toBeNull()
  })
})

test('the end of a day moves the time to the next one, and a lost day is remembered', () => {
  const state = emptyState()
  apply(state, { type: 'lost', what: 'a day', at: iso(BASE) })
  expect(state.lost).toEqual({ at: BASE, what: 'a day' })
  expect(apply(state, { type: 'close', next: '2026-11-23', at: iso(BASE) })).toBe(true)
  expect(state.now).toBe(BASE + MINUTE)
})

test('a reservation is settled once, and only if it was granted', () => {
  const state = emptyState()
  apply(state, { type: 'reserve', id: 'w', account: 'a', at: iso(BASE) })
  const settle = () => apply(state, { type: 'settle', id: 'w', outcome: 'ok', inputTokens: 5, at: iso(BASE) })
  expect([settle(), settle()]).toEqual([true, false])
  expect(totals(state)).toMatchObject({ requests: 1, succeeded: 1, inputTokens: 5 })
})
