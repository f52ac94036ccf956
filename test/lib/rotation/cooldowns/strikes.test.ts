import { describe, expect, test } from 'vitest'
import type { OutcomeClass } from '../../../../src/lib/quota/log/events.ts'
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
    expect(failing(strikes, NOON + 20 * MINUTE - 1)).toBe(0)
    failing(strikes, NOON + 20 * MINUTE)
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

test('when a quota group works for one of its accounts, its failures are forgotten', () => {
  const strikes = new Strikes()
  const [one, other] = [member('a', { quotaGroup: 'org' }), member('b', { quotaGroup: 'org' })]
  const attempt = { model: 'm', state: ground.state, member: one }
  strikes.before(rateShort, { ...attempt, now: NOON })
  strikes.succeeded(other, 'other model')
  expect(strikes.before(rateShort, { ...attempt, now: NOON + 1000 })).toBe(1)
  strikes.succeeded(other, 'm')
  expect(strikes.before(rateShort, { ...attempt, now: NOON + 2000 })).toBe(0)
})

test('the longer a provider fails, the longer is the time in which failures are one burst: up to 32 seconds', () => {
  const strikes = new Strikes()
  const starts = [0, 1, 2, 4, 8, 16, 32, 64, 96].map((seconds) => NOON + seconds * 1000)
  starts.forEach((start, index) => {
    expect(failing(strikes, start)).toBe(index)
    expect(failing(strikes, (starts[index + 1] ?? start + 32_000) - 1)).toBe(index)
  })
})

test('of the cooldowns of a model and of all models, the later one keeps the count', () => {
  for (const [whole, own] of [
    [5, 60],
    [60, 5],
  ] as const) {
    const strikes = new Strikes()
    failing(strikes, NOON)
    const given = new Ground()
    given.cool(provider, NOON + whole * MINUTE)
    given.cool(provider, NOON + own * MINUTE, { model: 'm' })
    expect(failing(strikes, NOON + 69 * MINUTE, { state: given.state })).toBe(1)
  }
})

test('an outcome that cools nothing is no failure in a row', () => {
  const strikes = new Strikes()
  const attempt = { member: member('a'), model: 'm', state: ground.state }
  const ok = { class: 'ok', scope: 'account' } as const
  expect([0, 5, 10].map((second) => strikes.before(ok, { ...attempt, now: NOON + second * 1000 }))).toEqual([
    0, 0, 0,
  ])
  strikes.cooled(ok, member('a'), 'm')
  strikes.cooled({ class: 'unreachable', scope: 'model' }, member('a'), 'never failed')
})

describe('failures of an account in a row', () => {
  const before = (given: Ground, kind: OutcomeClass = 'rate-short', model: string | null = 'm') =>
    new Strikes().before(
      { class: kind, scope: 'account' },
      { member: member('a'), model, state: given.state, now: NOON },
    )
  const guess = (given: Ground, reason: OutcomeClass, at: number, model?: string) =>
    given.apply(
      {
        type: 'cool',
        subject: 'a',
        until: new Date(at + 1000).toISOString(),
        reason,
        guessed: true,
        ...(model === undefined ? {} : { model }),
      },
      at,
    )

  test('are none while the ledger does not know it, or knows no failure', () => {
    const given = new Ground()
    expect([before(given), before(given, 'auth-dead')]).toEqual([0, 0])
    given.use('a')
    expect([before(given), before(given, 'auth-dead')]).toEqual([0, 0])
  })

  test('of its credential are those refusals alone', () => {
    const given = new Ground()
    guess(given, 'auth-dead', NOON)
    guess(given, 'auth-dead', NOON + 2000)
    expect(before(given, 'auth-dead')).toBe(2)
    const other = new Ground()
    guess(other, 'rate-short', NOON)
    expect(before(other, 'auth-dead')).toBe(0)
    expect(before(new Ground().cool('a', null, { reason: 'auth-dead' }), 'auth-dead')).toBe(0)
  })

  test('with a model are those of its guesses, or of guesses about all models', () => {
    const given = new Ground()
    guess(given, 'rate-short', NOON, 'm')
    guess(given, 'rate-short', NOON + 2000, 'm')
    // A success with another model ends the count of the account, and not the one of this model.
    given.apply({ type: 'settle', id: given.use('a', 1, NOON + 2000), outcome: 'ok' }, NOON + 2000)
    expect([before(given), before(given, 'rate-short', null)]).toEqual([2, 0])
    const whole = new Ground()
    guess(whole, 'rate-short', NOON)
    guess(whole, 'rate-short', NOON + 2000)
    expect([before(whole), before(whole, 'rate-short', null)]).toEqual([2, 2])
  })
})
