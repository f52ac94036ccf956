import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stateFromJson, stateToJson } from '../../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LedgerEvent } from '../../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../../src/lib/quota/log/fold.ts'
import { StateCut } from '../../../../../src/lib/quota/log/checkpoint/state-cut.ts'
import { parseLimit } from '../../../../../src/lib/quota/limit.ts'

const BASE = Date.parse('2026-11-22T22:00:00Z')
const HOUR = 3_600_000
const iso = (time: number) => new Date(time).toISOString()

const arbitraryStep = fc.record({
  step: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: HOUR }) },
    { weight: 1, arbitrary: fc.constant(41 * 24 * HOUR) },
  ),
  account: fc.constantFrom('a', 'b', 'c', 'd', 'key "1"'),
  kind: fc.constantFrom(
    'reserve',
    'reserve',
    'reserve',
    'settle',
    'settle',
    'limits',
    'reset',
    'cool',
    'slot',
    'drop',
  ),
  pick: fc.nat({ max: 30 }),
  amount: fc.nat({ max: 40 }),
  isRefunded: fc.boolean(),
})
const arbitraryEvents = fc.array(arbitraryStep, { maxLength: 50 }).map((steps) => {
  let time = BASE
  let reservations = 0
  return steps.map(({ step, account, kind, pick, amount, isRefunded }): LedgerEvent => {
    time += step
    const at = iso(time)
    const ends = iso(time + amount * 1000)
    if (kind === 'reserve') {
      const also = pick % 3 === 0 ? { also: ['key "1"'] } : {}
      return { type: 'reserve', id: `w-${(reservations += 1)}`, account, at, ...also }
    }
    if (kind === 'settle') {
      const more = isRefunded ? { refunded: true as const } : { inputTokens: amount, costUsd: amount / 100 }
      return { type: 'settle', id: `w-${pick}`, at, outcome: isRefunded ? 'unreachable' : 'ok', ...more }
    }
    if (kind === 'limits') {
      const { metric, window, max } = parseLimit(`${amount + 1}/5h`)
      return { type: 'limits', account, at, limits: [{ metric, window, max, source: 'configured' }] }
    }
    if (kind === 'drop') return { type: 'drop', account, at }
    if (kind === 'reset') return { type: 'reset', account, at }
    if (kind === 'slot') return { type: 'slot', id: `s-${pick}`, job: 'j', account, slot: at, at }
    return { type: 'cool', subject: account, at, until: ends, reason: 'rate-short' }
  })
})

test('a cut has the state of its moment, whatever happens between two of its pieces', () => {
  fc.assert(
    fc.property(
      arbitraryEvents,
      arbitraryEvents,
      fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(null, '2026-11-22'),
      (before, during, pauses, historyThrough) => {
        const state = emptyState()
        for (const event of before) apply(state, event)
        const wanted = structuredClone(stateToJson(state, historyThrough))
        const cut = new StateCut(state, historyThrough)
        state.watcher = cut
        let text = ''
        let turn = 0
        const later = [...during]
        for (const piece of cut.pieces()) {
          text += piece
          for (let count = pauses[turn % pauses.length]!; count > 0 && later.length > 0; count -= 1)
            apply(state, later.shift()!)
          turn += 1
        }
        expect(JSON.parse(text)).toEqual(wanted)
        expect(cut.isAbandoned).toBe(false)
        expect(stateToJson(stateFromJson(JSON.parse(text)))).toEqual(wanted)
      },
    ),
  )
})

test('a correction of the time changes everything at once, so it ends the cut', () => {
  const state = emptyState()
  const clock = (at: number): LedgerEvent => ({
    type: 'clock',
    at: iso(at),
    boot: 'one',
    uptime: 1000,
    writer: 'w',
    confirmed: true,
  })
  apply(state, clock(BASE))
  apply(state, { type: 'reserve', id: 'w-1', account: 'a', at: iso(BASE) })
  const cut = new StateCut(state, null)
  state.watcher = cut
  apply(state, clock(BASE))
  expect(cut.isAbandoned).toBe(false)
  apply(state, clock(BASE - HOUR))
  expect(cut.isAbandoned).toBe(true)
})
