import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  circuitsToProbe,
  halfOpenCircuits,
  Probes,
  provenCircuits,
} from '../../../../src/lib/rotation/cooldowns/circuit.ts'
import { asChat, asResponses } from '../../../../src/lib/rotation/endpoints.ts'
import type { Member } from '../../../../src/lib/rotation/pool/member.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { Strikes } from '../../../../src/lib/rotation/cooldowns/strikes.ts'
import { Ground, ids, member, members, MINUTE, NOON } from '../fixture.ts'

const SECOND = 1000
const rateShort = { class: 'rate-short', scope: 'model' } as const
const options = { strategy: 'fill-first', affinity: false } as const

function guess(
  ground: Ground,
  subject: string,
  { at = NOON, until = NOON + SECOND, model = 'm1' } = {},
): void {
  const cool = { type: 'cool', subject, model, reason: 'rate-short', guessed: true } as const
  ground.apply({ ...cool, until: new Date(until).toISOString() }, at)
}

/** A request that was offered its first account and is still being answered. */
function begun(pool: Pool, ground: Ground, now: number, request: object = {}) {
  const offers = pool.candidates({ model: 'm1', ...request }, ground.view(now))
  const first = offers.next().value as Member | undefined
  return {
    account: first?.account.id ?? null,
    probe: first && pool.listProbes(first, { model: 'm1', ...request }, ground.view(now)),
    offers,
  }
}

describe('when a cooldown that was guessed has ended', () => {
  const after = NOON + 2 * SECOND

  function given(count = 2): { pool: Pool; ground: Ground } {
    const ground = new Ground()
    guess(ground, 'a0')
    return { pool: new Pool(members(count), options), ground }
  }

  test('one request tests the account, others go elsewhere until its outcome is known', () => {
    const { pool, ground } = given()
    const probe = begun(pool, ground, after)
    expect([probe.account, probe.probe]).toEqual(['a0', ['a0 m1']])
    expect(begun(pool, ground, after)).toMatchObject({ account: 'a1', probe: null })
    probe.offers.return()
    expect(begun(pool, ground, after).account).toBe('a0')
  })

  test('requests for other models never notice', () => {
    const { pool, ground } = given()
    begun(pool, ground, after)
    expect(begun(pool, ground, after, { model: 'm2' })).toMatchObject({ account: 'a0', probe: null })
  })

  test('when it works again, every request may use it at once', () => {
    const { pool, ground } = given()
    begun(pool, ground, after)
    ground.apply({ type: 'clear', subject: 'a0', model: 'm1' }, after)
    expect(begun(pool, ground, after)).toMatchObject({ account: 'a0', probe: null })
  })

  test('a probe that does not come back in a minute lets the next one go', () => {
    const { pool, ground } = given()
    begun(pool, ground, after)
    expect(begun(pool, ground, after + MINUTE - 1).account).toBe('a1')
    expect(begun(pool, ground, after + MINUTE + 1).account).toBe('a0')
  })

  test('a probe of another process is seen in its reservation, and forgotten when that hangs', () => {
    const { pool, ground } = given()
    ground.apply({ type: 'reserve', id: 'other-1', account: 'a0', probe: ['a0 m1'] }, after)
    expect(begun(pool, ground, after).account).toBe('a1')
    expect(begun(pool, ground, after + MINUTE + 1).account).toBe('a0')
    ground.apply({ type: 'settle', id: 'other-1', outcome: 'aborted' }, after)
    expect(begun(new Pool(members(2), options), ground, after).account).toBe('a0')
  })

  test('with no other account left, no request is refused: it is offered to all', () => {
    const { pool, ground } = given(1)
    expect([1, 2, 3].map(() => begun(pool, ground, after).account)).toEqual(['a0', 'a0', 'a0'])
  })

  test('the one under test comes after all others, also of later tiers', () => {
    const ground = new Ground()
    guess(ground, 'a0')
    const pool = new Pool(
      members(3, (n) => ({ priority: n })),
      options,
    )
    begun(pool, ground, after)
    expect(ids(pool.candidates({ model: 'm1' }, ground.view(after)))).toEqual(['a1', 'a2', 'a0'])
  })

  test('a whole group is tested by one request', () => {
    const ground = new Ground()
    guess(ground, 'group:local:qwen/org', { model: '*' })
    const pool = new Pool(
      members(3, (n) => (n < 2 ? { quotaGroup: 'org' } : {})),
      options,
    )
    expect(begun(pool, ground, after).account).toBe('a0')
    expect(begun(pool, ground, after).account).toBe('a2')
  })
})

test('when the provider said the time, it is taken at its word: nothing is tested', () => {
  const ground = new Ground().cool('a0', NOON + SECOND, { model: 'm1' })
  const pool = new Pool(members(2), options)
  const after = NOON + 2 * SECOND
  expect([1, 2].map(() => begun(pool, ground, after).account)).toEqual(['a0', 'a0'])
})

test('whatever requests come and go, at most one holds a half-open account while another could serve', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ ends: fc.nat({ max: 9 }), isNew: fc.boolean() }), { maxLength: 40 }),
      (steps) => {
        const ground = new Ground()
        guess(ground, 'a0')
        const pool = new Pool(members(3), options)
        const open: ReturnType<typeof begun>[] = []
        for (const { ends, isNew } of steps) {
          if (isNew) open.push(begun(pool, ground, NOON + 2 * SECOND))
          else open.splice(ends, 1)[0]?.offers.return()
          expect(open.filter(({ account }) => account === 'a0').length).toBeLessThanOrEqual(1)
          expect(open.every(({ account }) => account !== null)).toBe(true)
        }
      },
    ),
  )
})

describe('when a request is pinned to an account that a guess keeps shut', () => {
  test('one at a time may try it, whatever the guess', () => {
    const ground = new Ground()
    guess(ground, 'a0', { until: NOON + MINUTE })
    const pool = new Pool(members(2), options)
    const first = begun(pool, ground, NOON, { pin: 'a0' })
    expect(first.account).toBe('a0')
    expect(begun(pool, ground, NOON, { pin: 'a0' }).account).toBeNull()
    first.offers.return()
    expect(begun(pool, ground, NOON, { pin: 'a0' }).account).toBe('a0')
    expect(begun(pool, ground, NOON).account).toBe('a1')
  })

  test('what the provider said, and what is used up, stay shut', () => {
    const ground = new Ground().limit('a1', '1/day').cool('a0', NOON + MINUTE)
    guess(ground, 'a0', { until: NOON + MINUTE })
    guess(ground, 'a1', { until: NOON + MINUTE })
    ground.use('a1')
    const pool = new Pool(members(2), options)
    expect(begun(pool, ground, NOON, { pin: 'a0' }).account).toBeNull()
    expect(begun(pool, ground, NOON, { pin: 'a1' }).account).toBeNull()
  })
})

describe('what a success proves', () => {
  const proven = (began: number, now = NOON + 10 * SECOND) => {
    const ground = new Ground()
    guess(ground, 'a', { until: NOON + MINUTE })
    guess(ground, 'a', { until: NOON + SECOND, model: 'm2' })
    ground.cool('provider:qwen', NOON + MINUTE, { model: 'm1' })
    return provenCircuits(member('a'), { model: 'm1' }, ground.view(now), began)
  }

  test('of a request that began after a guess: the guess was wrong', () => {
    expect(proven(NOON + SECOND)).toEqual([{ subject: 'a', model: 'm1' }])
  })

  test('of one that began before it: nothing', () => {
    expect(proven(NOON)).toBeNull()
  })

  test('once the guess has ended: that it is over', () => {
    expect(proven(NOON, NOON + 2 * MINUTE)).toEqual([{ subject: 'a', model: 'm1' }])
  })
})

describe('guesses of one model', () => {
  const strikes = (ground: Ground) =>
    new Strikes().before(rateShort, { member: member('a'), model: 'm1', state: ground.state, now: NOON })

  test('grow with every failed probe, also while other models work', () => {
    const ground = new Ground()
    const counts = [0, 1, 2].map((n) => {
      guess(ground, 'a', { at: NOON + n * MINUTE, until: NOON + n * MINUTE + SECOND })
      const id = ground.use('a', 1, NOON + n * MINUTE)
      ground.apply({ type: 'settle', id, outcome: 'ok', model: 'm2' }, NOON + n * MINUTE)
      return strikes(ground)
    })
    expect(counts).toEqual([1, 2, 3])
  })

  test('begin again after a success', () => {
    const ground = new Ground()
    guess(ground, 'a')
    ground.apply({ type: 'clear', subject: 'a', model: 'm1' }, NOON + 2 * SECOND)
    guess(ground, 'a', { at: NOON + 3 * SECOND, until: NOON + 4 * SECOND })
    expect(strikes(ground)).toBe(1)
  })
})

test('a request that is pinned behind a guess does not go through a full cap', () => {
  const ground = new Ground()
  guess(ground, 'a0', { until: NOON + 60 * SECOND })
  const wanted = { model: 'm1' }
  const [pinned] = members(1)
  const full = (isFull: boolean) => ({ hasRoom: () => !isFull, refusal: () => null })
  expect(circuitsToProbe(pinned!, wanted, { ...ground.view(), caps: full(false) })).toHaveLength(1)
  expect(circuitsToProbe(pinned!, wanted, { ...ground.view(), caps: full(true) })).toBeNull()
})

describe('a guess', () => {
  const view = (until: number | null, isGuess = true) => {
    const ground = new Ground()
    const end = until === null ? null : new Date(until).toISOString()
    const cool = { type: 'cool', subject: 'a', model: 'm1', reason: 'rate-short', until: end } as const
    ground.apply(isGuess ? { ...cool, guessed: true } : cool)
    return ground.view(NOON + SECOND)
  }
  const circuit = [{ subject: 'a', model: 'm1' }]
  const wanted = { model: 'm1' }

  test.each<[what: string, until: number | null, isOver: boolean]>([
    ['that ended', NOON + SECOND - 1, true],
    ['that ends now', NOON + SECOND, true],
    ['that lasts', NOON + SECOND + 1, false],
    ['without an end', null, false],
  ])('%s: another request may test it (%s, %s)', (_, until, isOver) => {
    const given = view(until)
    expect(halfOpenCircuits(member('a'), wanted, given)).toEqual(isOver ? circuit : null)
    // A pinned request may try what only guesses keep shut.
    expect(circuitsToProbe(member('a'), wanted, given)).toEqual(isOver ? null : circuit)
    expect(provenCircuits(member('a'), wanted, given, NOON)).toEqual(isOver ? circuit : null)
    expect(provenCircuits(member('a'), wanted, given, NOON + 1)).toEqual(until === null ? null : circuit)
  })

  test.each([NOON + SECOND - 1, NOON + SECOND + 1, null])(
    'is not what the provider said, until %s',
    (until) => {
      const given = view(until, false)
      expect(halfOpenCircuits(member('a'), wanted, given)).toBeNull()
      expect(circuitsToProbe(member('a'), wanted, given)).toBeNull()
      expect(provenCircuits(member('a'), wanted, given, NOON + 1)).toBeNull()
    },
  )

  test('beside a time that the provider gave is tried only once that has ended', () => {
    const ground = new Ground().cool('provider:qwen', NOON + SECOND)
    guess(ground, 'a', { until: NOON + MINUTE })
    const at = (now: number) => circuitsToProbe(member('a'), wanted, ground.view(now))
    expect([at(NOON), at(NOON + SECOND)]).toEqual([null, circuit])
    ground.cool('provider:qwen', null)
    expect(at(NOON + SECOND)).toBeNull()
  })

  test('of an endpoint counts for the endpoint that the request uses', () => {
    const ground = new Ground()
    guess(ground, 'a', { model: 'route /responses' })
    const tests = (request: object) => halfOpenCircuits(member('a'), request, ground.view(NOON + SECOND))
    expect(tests({ anyOf: [asResponses, asChat] })).toEqual([{ subject: 'a', model: 'route /responses' }])
    expect(tests({ anyOf: [asChat, asResponses] })).toBeNull()
    expect(tests({ anyOf: null })).toBeNull()
  })

  test('is not tried where a limit of the model is used up', () => {
    const ground = new Ground()
    guess(ground, 'a', { until: NOON + MINUTE })
    const limit = { metric: 'requests', window: 'day', max: 2, remaining: 0, from: 'x', model: 'm1' } as const
    ground.apply({ type: 'learn', account: 'a', limits: [limit] })
    expect(circuitsToProbe(member('a'), wanted, ground.view())).toBeNull()
  })
})

describe('a probe', () => {
  const [one, other] = [
    { subject: 'a', model: 'm1' },
    { subject: 'a', model: 'm2' },
  ]

  test('of this process counts for a minute, unless it ends before', () => {
    const probes = new Probes()
    expect(probes.isIdle).toBe(true)
    probes.begin([one], NOON)
    const isUnderWay = (now: number) => probes.isUnderWay([other, one], new Ground().view(now))
    expect(probes.isIdle).toBe(false)
    expect([isUnderWay(NOON + MINUTE - 1), isUnderWay(NOON + MINUTE)]).toEqual([true, false])
    expect(probes.isUnderWay([other], new Ground().view())).toBe(false)
    probes.end([one])
    expect([probes.isIdle, isUnderWay(NOON)]).toEqual([true, false])
  })

  test('of another process counts as long, from its reservation', () => {
    const ground = new Ground()
    ground.apply({ type: 'reserve', id: 'x-1', account: 'a', probe: ['a m1', 'a m3'] })
    ground.apply({ type: 'reserve', id: 'x-2', account: 'a' })
    const isUnderWay = (now: number) => new Probes().isUnderWay([other, one], ground.view(now))
    expect([isUnderWay(NOON + MINUTE - 1), isUnderWay(NOON + MINUTE)]).toEqual([true, false])
    expect(new Probes().isUnderWay([other], ground.view())).toBe(false)
  })
})
