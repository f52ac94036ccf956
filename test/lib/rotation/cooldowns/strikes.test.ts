import { describe, expect, test } from 'vitest'
import { Strikes } from '../../../../src/lib/rotation/cooldowns/strikes.ts'
import { Ground, NOON, member } from '../fixture.ts'

const ground = new Ground()
const rateShort = { class: 'rate-short', scope: 'model' } as const

function failing(strikes: Strikes, at: number, model = 'm', one = member('a')): number {
  return strikes.before(
    { class: 'unreachable', scope: 'model' },
    { member: one, model, state: ground.state, now: at },
  )
}

describe('failures of a provider', () => {
  test('when they follow each other, each is one more', () => {
    const strikes = new Strikes()
    expect([0, 1000, 2000, 4000].map((after) => failing(strikes, NOON + after))).toEqual([0, 1, 2, 3])
  })

  test('when many requests fail at once, they are one', () => {
    const strikes = new Strikes()
    expect([0, 1, 2, 999].map((after) => failing(strikes, NOON + after))).toEqual([0, 0, 0, 0])
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
  const attempt = { model: 'm', state: ground.state }
  strikes.before(rateShort, { ...attempt, member: one, now: NOON })
  expect(strikes.before(rateShort, { ...attempt, member: other, now: NOON + 1000 })).toBe(1)
})
