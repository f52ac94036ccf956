import { describe, expect, test } from 'vitest'
import { Strikes } from '../../../../src/lib/rotation/cooldowns/strikes.ts'
import { Ground, MINUTE, NOON, member } from '../fixture.ts'

const ground = new Ground()
const rateShort = { class: 'rate-short', scope: 'model' } as const

const provider = member('a').subjects.provider

function failing(strikes: Strikes, at: number, { state = ground.state } = {}): number {
  return strikes.before(
    { class: 'unreachable', scope: 'model' },
    { member: member('a'), model: 'm', state, now: at },
  )
}

describe('failures of a provider', () => {
  test('when they follow each other, each is one more', () => {
    const strikes = new Strikes()
    const given = new Ground()
    // The proxy records a cooldown after each failure but the first.
    const fail = (after: number) => {
      const before = failing(strikes, NOON + after, { state: given.state })
      if (before > 0) given.cool(provider, NOON + after + 1000, { model: 'm', reason: 'overloaded' })
      return before
    }
    expect([0, 1000, 2000, 4000].map(fail)).toEqual([0, 1, 2, 3])
  })

  test('when a person or another process ends the cooldown, the count starts over', () => {
    const strikes = new Strikes()
    const given = new Ground()
    const fail = (after: number) => failing(strikes, NOON + after, { state: given.state })
    fail(0)
    fail(1000)
    given.cool(provider, NOON + 31_000, { model: 'm', reason: 'overloaded' })
    expect(fail(2000)).toBe(2)
    given.apply({ type: 'clear', subject: provider })
    expect([4000, 5000].map(fail)).toEqual([0, 1])
  })

  test('when a cooldown of all models holds, the failures of one model stay counted', () => {
    const strikes = new Strikes()
    const given = new Ground()
    const fail = (after: number) => failing(strikes, NOON + after, { state: given.state })
    fail(0)
    fail(1000)
    given.cool(provider, NOON + 31_000, { reason: 'overloaded' })
    expect(fail(2000)).toBe(2)
  })

  test('when many requests fail at once, they are one', () => {
    const strikes = new Strikes()
    expect([0, 1, 2, 999].map((after) => failing(strikes, NOON + after))).toEqual([0, 0, 0, 0])
  })

  test('when bursts follow each other before the ledger shows a cooldown, each burst is one more', () => {
    const strikes = new Strikes()
    const burst = (at: number) => [0, 1, 2, 3].map((after) => failing(strikes, NOON + at + after))
    expect([0, 1000, 2000].map(burst)).toEqual([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ])
  })

  test('when a person ends the cooldown before the next failure, the count starts over', () => {
    const strikes = new Strikes()
    failing(strikes, NOON)
    failing(strikes, NOON + 1000)
    strikes.cooled({ class: 'unreachable', scope: 'model' }, member('a'), 'm')
    expect(failing(strikes, NOON + 2000)).toBe(0)
  })

  test('ten minutes after the last one, or after its cooldown, the count starts over', () => {
    const strikes = new Strikes()
    failing(strikes, NOON)
    expect(failing(strikes, NOON + 10 * MINUTE - 1)).toBe(1)
    expect(failing(strikes, NOON + 20 * MINUTE)).toBe(0)
    const state = new Ground().cool(provider, NOON + 60 * MINUTE, { model: 'm' }).state
    expect(failing(strikes, NOON + 69 * MINUTE, { state })).toBe(1)
    expect(failing(strikes, NOON + 79 * MINUTE, { state })).toBe(0)
  })

  test('when another account of it gets an answer, they are forgotten', () => {
    const strikes = new Strikes()
    failing(strikes, NOON)
    failing(strikes, NOON + 1000)
    strikes.succeeded(member('b'), 'm')
    expect(failing(strikes, NOON + 2000)).toBe(0)
  })

  test('when another model or base works, they stand', () => {
    const strikes = new Strikes()
    failing(strikes, NOON)
    strikes.succeeded(member('a'), 'other')
    strikes.succeeded(member('b', { baseUrl: 'http://127.0.0.1:9' }), 'm')
    expect(failing(strikes, NOON + 1000)).toBe(1)
  })
})

test('when an account fails, the ledger knows how often it did', () => {
  const given = new Ground()
  given.cool('a', NOON + 1000)
  const attempt = { member: member('a'), model: 'm', state: given.state, now: NOON }
  expect(new Strikes().before(rateShort, attempt)).toBe(1)
})

test('when a quota group fails in a row, its failures count together', () => {
  const strikes = new Strikes()
  const [one, other] = [member('a', { quotaGroup: 'org' }), member('b', { quotaGroup: 'org' })]
  const given = new Ground()
  const attempt = { model: 'm', state: given.state }
  strikes.before(rateShort, { ...attempt, member: one, now: NOON })
  given.cool(one.subjects.quotaGroup!, NOON + 1000, { model: 'm' })
  expect(strikes.before(rateShort, { ...attempt, member: other, now: NOON + 1000 })).toBe(1)
})
