import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../../../src/lib/rotation/eligibility.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import type { RotationRequest } from '../../../../src/lib/rotation/rotation-request.ts'
import { strategyNames } from '../../../../src/lib/rotation/strategies/strategies.ts'
import { Ground, MINUTE, NOON, pickFirst, ids, member, members, seeded } from '../fixture.ts'

const options = { strategy: 'fill-first', affinity: false } as const

describe('what a request may choose from', () => {
  const given = [
    member('qwen', { groups: ['team'] }),
    member('groq', { provider: 'groq' }, { serves: (model) => model === 'llama', family: 'groq' }),
    member(
      'unsure',
      { provider: 'custom' },
      { serves: () => null, family: 'custom', dialects: new Set(['openai', 'anthropic']) },
    ),
    member('hers', { user: 'ann' }),
    member('off', { enabled: false }),
  ]
  test.each<[RotationRequest, string[]]>([
    [{}, ['qwen', 'groq', 'unsure', 'hers']],
    [{ pin: 'unsure' }, ['unsure']],
    [{ pin: 'off' }, []],
    [{ pin: 'nobody' }, []],
    [{ pin: 'hers', user: 'local' }, []],
    [{ group: 'team' }, ['qwen']],
    [{ provider: 'groq' }, ['groq']],
    [{ user: 'ann' }, ['hers']],
    [{ dialect: 'anthropic' }, ['unsure']],
    [{ allowed: { accounts: ['groq'], groups: ['team'] } }, ['qwen', 'groq']],
    [{ allowed: { accounts: [], groups: [] } }, []],
  ])('when it asks for %j, it gets %j', (request, expected) => {
    expect(ids(new Pool(given, options).candidates(request, new Ground().view()))).toEqual(expected)
  })

  test('when requests for routes take turns, each goes to those that may have it', () => {
    const pool = new Pool(
      [member('a', {}, { hasRoute: (path) => path === '/chat/completions' }), member('b', { priority: 1 })],
      { strategy: 'priority', affinity: false },
    )
    const view = new Ground().view()
    const routes = ['/chat/completions', '/embeddings', '/chat/completions', null]
    expect(routes.map((route) => pickFirst(pool, { route, model: 'm' }, view))).toEqual(['a', 'b', 'a', 'a'])
  })

  test('when an account is known to serve the model, those that would have to be asked come after', () => {
    const found = ids(
      new Pool([...given].reverse(), options).candidates({ model: 'x', user: 'local' }, new Ground().view()),
    )
    expect(found).toEqual(['qwen', 'unsure'])
  })

  test('when requests of many kinds take turns, each gets its own', () => {
    const pool = new Pool(given, options)
    const view = new Ground().view()
    for (let n = 0; n < 300; n++) {
      expect(ids(pool.candidates({ model: `m${n}`, user: 'local' }, view))).toEqual(['qwen', 'unsure'])
      expect(ids(pool.candidates({ model: 'llama', provider: 'groq' }, view))).toEqual(['groq'])
    }
  })

  test('when asked whether a request fits any account, documents alone decide', () => {
    const pool = new Pool(given, options)
    const requests: RotationRequest[] = [
      {},
      { provider: 'groq', model: 'llama' },
      { provider: 'groq', model: 'x' },
      { pin: 'off' },
    ]
    expect(requests.map((request) => pool.fits(request))).toEqual([true, true, false, false])
  })

  test('when asked for its providers, it knows them', () => {
    const pool = new Pool(given, options)
    expect([pool.hasProvider('groq'), pool.hasProvider('openai')]).toEqual([true, false])
    expect([pool.member('groq')?.account.id, pool.member('x')]).toEqual(['groq', null])
  })
})

describe('a choice that continues', () => {
  const cooled = (subject: string, model?: string) => ({
    ...({ type: 'cool', subject, until: null, reason: 'quota-hard' } as const),
    ...(model === undefined ? {} : { model }),
  })

  test.each(strategyNames)(
    'with %s, a cooldown that the ledger does not show yet keeps out all that it is about, and nothing else',
    (strategy) => {
      const record = fc.record({ group: fc.constantFrom(null, 'acme', 'other'), priority: fc.nat(1) })
      fc.assert(
        fc.property(
          fc.array(record, { minLength: 1, maxLength: 90 }),
          fc.constantFrom(undefined, 'm', 'another'),
          (given, model) => {
            const all = given.map(({ group, priority }, n) =>
              member(`a${n}`, { quotaGroup: group, priority }),
            )
            const candidates = new Pool(all, { strategy, affinity: true }).candidates(
              { model: 'm', session: 's' },
              new Ground().view(NOON, seeded(given.length)),
            )
            const first = candidates.next().value!
            const { account, quotaGroup } = first.subjects
            candidates.passOver([cooled(quotaGroup ?? account, model)])
            const isOut = (each: typeof first) =>
              each === first ||
              (model !== 'another' && quotaGroup !== null && each.subjects.quotaGroup === quotaGroup)
            expect(ids(candidates).sort()).toEqual(ids(all.filter((each) => !isOut(each))).sort())
          },
        ),
        { numRuns: 15 },
      )
    },
  )

  test('when a candidate cools while another is tried, it is not offered', () => {
    const ground = new Ground()
    const candidates = new Pool(members(3), options).candidates({}, ground.view())
    expect(candidates.next().value?.account.id).toBe('a0')
    ground.cool('a1', NOON + MINUTE)
    expect(ids(candidates)).toEqual(['a2'])
  })

  test('when time goes by during a failover, cooldowns end in it', () => {
    const ground = new Ground().cool('a1', NOON + MINUTE)
    let now = NOON
    const view = {
      state: ground.state,
      random: () => 0,
      get now() {
        return now
      },
    }
    const candidates = new Pool(members(2), options).candidates({}, view)
    candidates.next()
    now += MINUTE
    expect(ids(candidates)).toEqual(['a1'])
  })
})

/** Ups and downs of a pool's life, each followed by a look at what is offered. */
const life = fc.record({
  size: fc.constantFrom(1, 3, 10, 64, 65, 130),
  tiers: fc.integer({ min: 1, max: 3 }),
  strategy: fc.constantFrom(...strategyNames),
  affinity: fc.boolean(),
  steps: fc.array(
    fc.record({
      what: fc.constantFrom('cool', 'cool-model', 'clear', 'use', 'reset', 'refund', 'wait', 'provider'),
      who: fc.nat(),
      many: fc.boolean(),
      forMs: fc.constantFrom(100, 1000, MINUTE, null),
      session: fc.option(fc.constantFrom('s', 't'), { nil: null }),
    }),
    { maxLength: 25 },
  ),
})
type Step = typeof life extends fc.Arbitrary<{ steps: (infer S)[] }> ? S : never

function take(step: Step, ground: Ground, now: number, size: number): void {
  const targets = step.many
    ? Array.from({ length: size }, (_, n) => n).filter((n) => n !== step.who % size)
    : [step.who % size]
  const until = step.forMs === null ? null : now + step.forMs
  for (const id of targets.map((n) => `a${n}`)) {
    if (step.what === 'cool') ground.cool(id, until)
    if (step.what === 'cool-model') ground.cool(id, until, { model: 'm' })
    if (step.what === 'clear') ground.apply({ type: 'clear', subject: id }, now)
    if (step.what === 'use') ground.use(id, 2, now)
    if (step.what === 'reset') ground.apply({ type: 'reset', account: id }, now)
    if (step.what === 'refund') {
      ground.apply({ type: 'settle', id: ground.use(id, 1, now), outcome: 'timeout', refunded: true }, now)
    }
  }
  if (step.what === 'provider' && step.many) ground.cool('provider:qwen', now + 500)
}

describe('whatever happens', () => {
  test('only eligible members are offered, each once, and at least one if any is eligible', () => {
    fc.assert(
      fc.property(life, fc.nat(), ({ size, tiers, strategy, affinity, steps }, seed) => {
        const given = members(size, (n) => ({ priority: n % tiers, weight: (n % 3) + 1 }))
        const pool = new Pool(given, { strategy, affinity })
        const ground = new Ground()
        for (const { account } of given) ground.limit(account.id, '3/day')
        const random = seeded(seed)
        let now = NOON
        for (const step of steps) {
          take(step, ground, now, size)
          now += step.what === 'wait' ? (step.forMs ?? 0) : 1
          const view = ground.view(now, random)
          const request = { model: 'm', session: step.session }
          const eligible = given.filter((each) => refusal(each, request, view) === null)
          const first = pickFirst(pool, request, view)
          expect(first !== null).toBe(eligible.length > 0)
          if (first !== null) expect(ids(eligible)).toContain(first)
          if (step.who % 4 === 0)
            expect(ids(pool.candidates(request, view)).sort()).toEqual(ids(eligible).sort())
        }
      }),
      { numRuns: 150 },
    )
  })

  test('the earliest return is the earliest of all, and now while one is eligible', () => {
    fc.assert(
      fc.property(life, ({ size, tiers, strategy, affinity, steps }) => {
        const given = members(size, (n) => ({ priority: n % tiers }))
        const pool = new Pool(given, { strategy, affinity })
        const ground = new Ground()
        for (const { account } of given) ground.limit(account.id, '3/day')
        let now = NOON
        for (const step of steps) {
          take(step, ground, now, size)
          now += step.what === 'wait' ? (step.forMs ?? 0) : 1
          const view = ground.view(now, seeded(1))
          if (step.who % 2 === 0) pickFirst(pool, { model: 'm' }, view)
          const times = given.map((each) => {
            const why = refusal(each, { model: 'm' }, view)
            return why === null ? now : (why.availableAt ?? Infinity)
          })
          const found = pool.earliestReturn({ model: 'm' }, view)
          expect(found?.at ?? Infinity).toBe(Math.min(...times))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('when no member may serve', () => {
  test('whyNot says why, for every member', () => {
    const ground = new Ground().cool('a0', NOON + MINUTE)
    const pool = new Pool([...members(1), member('off', { enabled: false }), member('fine')], options)
    const found = pool.whyNot({}, ground.view())
    expect(found.map(({ member: { account }, refusal: why }) => [account.id, why.kind])).toEqual([
      ['a0', 'cooling'],
      ['off', 'disabled'],
    ])
  })

  test('when only the user can bring one back, the earliest return has no time', () => {
    const ground = new Ground().cool('a0', null)
    const found = new Pool(members(1), options).earliestReturn({}, ground.view())
    expect([found?.member.account.id, found?.at]).toEqual(['a0', null])
  })

  test.each([2, 65, 300])(
    'when one of %d can serve, the earliest return is now, and it is that one',
    (count) => {
      const ground = new Ground()
      for (let n = 0; n < count; n++) if (n !== count - 2) ground.cool(`a${n}`, NOON + MINUTE)
      const pool = new Pool(members(count), options)
      const found = pool.earliestReturn({}, ground.view())
      expect([found?.member.account.id, found?.at]).toEqual([`a${count - 2}`, NOON])
    },
  )

  test('when no account fits the request, there is no return', () => {
    expect(new Pool(members(2), options).earliestReturn({ provider: 'groq' }, new Ground().view())).toBeNull()
    expect(new Pool([], options).earliestReturn({}, new Ground().view())).toBeNull()
  })

  test('when the pinned account waits, its own return counts', () => {
    const ground = new Ground().cool('a1', NOON + MINUTE)
    expect(new Pool(members(2), options).earliestReturn({ pin: 'a1' }, ground.view())?.at).toBe(NOON + MINUTE)
  })
})

/** Counts which accounts are asked after. */
class CountingSubjects<V> extends Map<string, V> {
  readonly asked = new Set<string>()
  override get(key: string): V | undefined {
    this.asked.add(key)
    return super.get(key)
  }
}

function counted(ground: Ground): CountingSubjects<unknown> {
  const subjects = new CountingSubjects(ground.state.subjects)
  ground.state.subjects = subjects
  return subjects
}

describe('the cost of a choice among 10,000', () => {
  const given = members(10_000)

  test.each(strategyNames)('with %s, at most 65 accounts are looked at', (strategy) => {
    const pool = new Pool(given, { strategy, affinity: false })
    const ground = new Ground()
    const subjects = counted(ground)
    for (let n = 0; n < 50; n++) {
      subjects.asked.clear()
      expect(pickFirst(pool, { model: 'm' }, ground.view(NOON + n, seeded(n)))).toMatch(/^a\d+$/)
      expect(subjects.asked.size).toBeLessThanOrEqual(65)
    }
  })

  test.each(strategyNames)('with %s and half of them out, each is found out once', (strategy) => {
    const pool = new Pool(given, { strategy, affinity: true })
    const ground = new Ground()
    for (let n = 0; n < 5000; n++) ground.cool(`a${n}`, NOON + 60 * MINUTE)
    const subjects = counted(ground)
    let asked = 0
    for (let n = 0; n < 1000; n++) {
      subjects.asked.clear()
      const session = n % 2 === 0 ? `s${n}` : null
      const found = pickFirst(pool, { model: 'm', session }, ground.view(NOON, seeded(n)))
      expect(Number(found?.slice(1))).toBeGreaterThanOrEqual(5000)
      asked += subjects.asked.size
    }
    expect(asked / 1000).toBeLessThanOrEqual(65 + 5)
  })

  test('when all are out and nothing changes, no member is looked at twice', () => {
    const pool = new Pool(given, { strategy: 'priority', affinity: true })
    const ground = new Ground()
    for (let n = 0; n < 10_000; n++) ground.cool(`a${n}`, NOON + MINUTE + n)
    pickFirst(pool, {}, ground.view())
    const subjects = counted(ground)
    expect(pickFirst(pool, {}, ground.view(NOON + 1))).toBeNull()
    expect(pool.earliestReturn({}, ground.view(NOON + 1))?.at).toBe(NOON + MINUTE)
    expect(subjects.asked.size).toBeLessThanOrEqual(1)
    expect(pickFirst(pool, {}, ground.view(NOON + MINUTE))).toBe('a0')
  })

  test('when one of a preferred tier is reset while another tier serves, it is found within 16 slices', () => {
    const pool = new Pool([...given, member('spare', { priority: 1 })], {
      strategy: 'priority',
      affinity: false,
    })
    const ground = new Ground()
    for (let n = 0; n < 10_000; n++) ground.cool(`a${n}`, null)
    expect(pickFirst(pool, {}, ground.view())).toBe('spare')
    ground.apply({ type: 'clear', subject: 'a7777' })
    const found = Array.from({ length: 17 }, (_, n) => pickFirst(pool, {}, ground.view(NOON + 250 * (n + 1))))
    expect(found).toContain('a7777')
  })
})
