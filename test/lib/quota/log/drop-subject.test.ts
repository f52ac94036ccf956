// Client keys come and go. The counts of a removed one leave the ledger once they count no more.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stateFromJson, stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LedgerEvent } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'

const BASE = Date.parse('2026-11-22T22:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KEY = 'key_1'

const drop = (at: number): LedgerEvent => ({ type: 'drop', account: KEY, at: new Date(at).toISOString() })

function limits(at: number, texts: readonly string[]): LedgerEvent {
  const records = texts.map((text) => ({ ...parseLimit(text), source: 'configured' as const }))
  const rows = records.map(({ metric, window, max, source }) => ({ metric, window, max, source }))
  return { type: 'limits', account: KEY, at: new Date(at).toISOString(), limits: rows }
}

let number = 0
function ask(state: LedgerState, at: number, also = [KEY]): boolean {
  const id = `w-${(number += 1)}`
  return apply(state, { type: 'reserve', id, account: 'a', also, at: new Date(at).toISOString() })
}

test('a removed key leaves the state 40 days after its last request, and not before', () => {
  const state = emptyState()
  apply(state, limits(BASE, ['2/month']))
  expect(apply(state, drop(BASE))).toBe(false)
  ask(state, BASE)
  expect(apply(state, drop(BASE + 40 * DAY))).toBe(false)
  expect(state.subjects.has(KEY)).toBe(true)
  expect(apply(state, drop(BASE + 40 * DAY + 1))).toBe(true)
  expect(state.subjects.has(KEY)).toBe(false)
  expect(stateFromJson(stateToJson(state)).subjects.has(KEY)).toBe(false)
})

test('a cooldown keeps the subject', () => {
  const state = emptyState()
  ask(state, BASE)
  const at = new Date(BASE).toISOString()
  apply(state, { type: 'cool', subject: KEY, at, until: null, reason: 'rate-short' })
  expect(apply(state, drop(BASE + 50 * DAY))).toBe(false)
})

test('a bucket that took more than its maximum keeps the subject until all of it is back', () => {
  const state = emptyState()
  apply(state, limits(BASE, ['10tokens/30d@refill']))
  const at = new Date(BASE).toISOString()
  apply(state, { type: 'reserve', id: 'w-big', account: 'a', also: [KEY], at })
  apply(state, { type: 'settle', id: 'w-big', at, outcome: 'ok', inputTokens: 20, outputTokens: 0 })
  expect(apply(state, drop(BASE + 59 * DAY))).toBe(false)
  expect(apply(state, drop(BASE + 61 * DAY))).toBe(true)
})

const arbitraryWindow = fc.constantFrom(
  'minute',
  'day',
  'week',
  'month',
  '35d',
  '5h@first-use',
  'month@15',
  '3h',
)
const arbitrarySteps = fc.array(
  fc.record({
    step: fc.oneof(fc.nat(2 * HOUR), fc.nat(3 * DAY), fc.integer({ min: 38 * DAY, max: 45 * DAY })),
    isDrop: fc.boolean(),
  }),
  { maxLength: 40 },
)

test('drops change no verdict, whenever they come: a key that returns has its limits recorded again', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryWindow, { minLength: 1, maxLength: 3 }),
      arbitrarySteps,
      (windows, steps) => {
        const texts = [...new Set(windows)].map((window, index) => `${index + 2}/${window}`)
        const [plain, dropping] = [emptyState(), emptyState()]
        let at = BASE
        for (const state of [plain, dropping]) apply(state, limits(at, texts))
        for (const { step, isDrop } of steps) {
          at += step
          if (isDrop && apply(dropping, drop(at))) apply(dropping, limits(at, texts))
          expect(ask(dropping, at)).toBe(ask(plain, at))
        }
      },
    ),
    { numRuns: 500 },
  )
})
