import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/lib/rotation/explain.ts'
import { explain, isForeseen } from '../../../src/lib/rotation/explain.ts'
import { isolateSimulated } from '../../../src/lib/rotation/isolate-simulated.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import type { RotationRequest } from '../../../src/lib/rotation/rotation-request.ts'
import { strategyNames } from '../../../src/lib/rotation/strategies/strategies.ts'
import type { StrategyName } from '../../../src/lib/rotation/strategies/strategies.ts'
import { Ground, ids, member, members, MINUTE, NOON, provider, seeded } from './fixture.ts'

const plain = (wanted: RotationRequest = {}) => [{ wanted, translatedFrom: null }]

function listPlaces(verdicts: Verdict[]): string[] {
  return verdicts
    .filter(({ place }) => place !== null)
    .sort((a, b) => (a.place as number) - (b.place as number))
    .map(({ member: { account } }) => account.id)
}

const options = (ground: Ground, strategy: StrategyName = 'priority', affinity = false) => ({
  strategy,
  affinity,
  view: ground.view(),
})

/** A pool in some state: tiers, limits partly used, cooldowns, models that only some serve. */
const scenes = fc.record({
  accounts: fc.array(
    fc.record({
      priority: fc.integer({ min: 0, max: 2 }),
      max: fc.integer({ min: 1, max: 5 }),
      used: fc.integer({ min: 0, max: 5 }),
      usedAt: fc.integer({ min: 1, max: 60 }),
      cools: fc.boolean(),
      enabled: fc.boolean(),
      serves: fc.constantFrom(true, false, null),
    }),
    { maxLength: 12 },
  ),
  strategy: fc.constantFrom(...strategyNames.filter(isForeseen)),
  affinity: fc.boolean(),
  model: fc.constantFrom(null, 'qwen-small'),
  session: fc.constantFrom(null, 'talk-1', 'talk-2'),
})

type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never

function playedOut({ accounts }: Scene): { all: Member[]; ground: Ground } {
  const ground = new Ground()
  const all = accounts.map(({ priority, enabled, serves }, n) =>
    member(`a${n}`, { priority, enabled }, { serves: () => serves, family: `f${n}` }),
  )
  for (const [n, { max, used, cools, usedAt }] of accounts.entries()) {
    ground.limit(`a${n}`, `${max}/day`)
    ground.use(`a${n}`, used, NOON - usedAt * 1000)
    if (cools) ground.cool(`a${n}`, NOON + MINUTE)
  }
  return { all, ground }
}

test('in any state of the pool, the places are the order in which the pool offers accounts', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { all, ground } = playedOut(scene)
      const { strategy, affinity, model, session } = scene
      const pool = new Pool(all, { strategy, affinity })
      const offered = ids(pool.candidates({ model, session }, ground.view(NOON, seeded(1))))
      const verdicts = explain(all, plain({ model, session }), options(ground, strategy, affinity))
      expect(listPlaces(verdicts)).toEqual(offered)
      expect(verdicts.map(({ member: { account } }) => account.id)).toEqual(ids(all))
    }),
  )
})

test('in any state of the pool, a member without a place has a reason, and returns when the pool says', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { all, ground } = playedOut(scene)
      const request = { model: scene.model }
      const pool = new Pool(all, { strategy: scene.strategy, affinity: false })
      const verdicts = explain(all, plain(request), options(ground, scene.strategy))
      expect(verdicts.filter(({ refusal }) => refusal !== null)).toEqual(
        pool
          .whyNot(request, ground.view())
          .map((found) => ({ ...found, place: null, way: null, isHalfOpen: false, mostOutput: null })),
      )
    }),
  )
})

describe('where turns or chance decide', () => {
  test.each(['round-robin', 'weighted', 'fastest'] as const)(
    '%s: the member that was used longest ago',
    (strategy) => {
      const ground = new Ground()
      ground.use('a1', 1, NOON - 3000)
      ground.use('a2', 1, NOON - 2000)
      ground.use('a0', 1, NOON - 1000)
      const verdicts = explain(members(3), plain(), options(ground, strategy))
      expect(isForeseen(strategy)).toBe(false)
      expect(listPlaces(verdicts)).toEqual(['a1', 'a2', 'a0'])
    },
  )
})

describe('several ways to serve a request', () => {
  const all = [
    member('messages', {}, { dialects: new Set(['anthropic']) }),
    member('chat', {}, { dialects: new Set(['openai']) }),
    member('both', { priority: 1 }, { dialects: new Set(['openai', 'anthropic']) }),
  ]
  const ways = (model: string) => [
    { wanted: { model, dialect: 'openai' as const }, translatedFrom: null },
    { wanted: { model, dialect: 'anthropic' as const }, translatedFrom: 'openai' as const },
  ]

  test('a member that speaks the client’s format comes before one that needs a translation, and has one place', () => {
    const verdicts = explain(all, ways('m'), options(new Ground()))
    expect(listPlaces(verdicts)).toEqual(['chat', 'both', 'messages'])
    expect(verdicts.map(({ way }) => way?.translatedFrom ?? null)).toEqual(['openai', null, null])
  })

  test('down a chain, each account has the place of the first model that it is asked for', () => {
    const only = (model: string) => (asked: string) => asked === model
    const pool = [
      member('second', {}, { serves: only('m2') }),
      member('first', {}, { serves: only('m1') }),
      member('neither', {}, { serves: only('m3') }),
    ]
    const verdicts = explain(
      pool,
      [...plain({ model: 'm1' }), ...plain({ model: 'm2' })],
      options(new Ground()),
    )
    expect(listPlaces(verdicts)).toEqual(['first', 'second'])
    expect(verdicts[0]?.way?.wanted.model).toBe('m2')
    expect(verdicts[2]?.refusal?.kind).toBe('model-not-served')
  })

  test('of several refusals, the one that came closest to serving is reported', () => {
    const ground = new Ground().limit('chat', '1/day')
    ground.use('chat')
    const [chat] = explain([all[1] as Member], ways('m'), options(ground))
    expect(chat?.refusal).toMatchObject({
      kind: 'exhausted',
      words: 'its limit 1/day is used up: 1 of 1 used',
    })
  })
})

test.each([
  ['m1', 'm2'],
  ['m2', 'm1'],
])('of two cooldowns in the order %s, %s, the one that ends first is reported', (...models) => {
  const ground = new Ground()
  ground.cool('a', NOON + MINUTE, { model: 'm1' }).cool('a', NOON + 5 * MINUTE, { model: 'm2' })
  const ways = models.flatMap((model) => plain({ model }))
  expect(explain([member('a')], ways, options(ground))[0]?.refusal?.availableAt).toBe(NOON + MINUTE)
})

test('a simulated account beside a real one is kept apart, and that is the reason', () => {
  const simulated = { ...provider, simulated: true }
  const all = isolateSimulated([
    member('real'),
    member('play', {}, { provider: simulated, serves: (model) => (model === 'sandbox-small' ? true : null) }),
  ])
  const told = (model: string) => explain(all, plain({ model }), options(new Ground()))[1]
  expect(told('gpt-5')?.refusal).toMatchObject({ kind: 'kept-apart', availableAt: null })
  expect(told('sandbox-small')?.refusal).toBeNull()
})
