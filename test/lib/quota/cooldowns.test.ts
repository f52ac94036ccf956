import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activeCooldown, activeIn, listCooldowns } from '../../../src/lib/quota/cooldowns.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const iso = (at: number) => new Date(at).toISOString()
type Ends = Partial<Record<'*' | 'm' | 'other', number | null>>

function build(ends: Ends) {
  const state = emptyState()
  for (const [key, until] of Object.entries(ends)) {
    const model = key === '*' ? {} : { model: key }
    const end = until === null ? null : iso(until)
    apply(state, { type: 'cool', subject: 'a', at: iso(NOON), until: end, reason: 'rate-short', ...model })
  }
  return state
}

const end = fc.constantFrom(NOON - 1, NOON, NOON + 1, NOON + 2, null)
const ends = fc.record({ '*': end, m: end, other: end }, { requiredKeys: [] })

test('law: a subject is out until the later of its own cooldown and that of the model, and free after both', () => {
  fc.assert(
    fc.property(ends, fc.constantFrom('m', null), (given, model) => {
      const state = build(given)
      const meant = [given['*'], model === null ? undefined : given.m].filter((each) => each !== undefined)
      const times = meant.map((each) => each ?? Infinity).filter((each) => each > NOON)
      const found = activeCooldown(state, 'a', model, NOON)
      expect(found === null ? -Infinity : (found.until ?? Infinity)).toBe(Math.max(...times))
      expect(activeIn(state.subjects.get('a'), model, NOON)).toBe(found)
    }),
  )
})

test('of two cooldowns with the same end, the one of all models counts', () => {
  for (const until of [NOON + 1, null]) {
    const state = build({ '*': until, m: until })
    expect(activeCooldown(state, 'a', 'm', NOON)).toBe(state.subjects.get('a')?.cooldowns.get('*'))
  }
})

test('a subject that the ledger does not know is free', () => {
  expect(activeCooldown(emptyState(), 'a', null, NOON)).toBeNull()
  expect(listCooldowns(emptyState(), 'a', NOON)).toEqual([])
})

test('law: the list has each cooldown that lasts, and no other', () => {
  fc.assert(
    fc.property(ends, (given) => {
      const listed = listCooldowns(build(given), 'a', NOON).map(({ model, cooldown }) => [
        model ?? '*',
        cooldown.until,
      ])
      const lasting = Object.entries(given).filter(([, until]) => until === null || until > NOON)
      expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(lasting))
    }),
  )
})
