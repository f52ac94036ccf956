import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import type { StrategyName } from '../../../src/lib/rotation/strategies/strategies.ts'
import { isStrategyName, strategyNames } from '../../../src/lib/rotation/strategies/strategies.ts'
import { Ground, MINUTE, NOON, pickFirst, ids, member, members, seeded } from './fixture.ts'

function pool(strategy: StrategyName, given: Member[]): Pool {
  return new Pool(given, { strategy, affinity: false })
}

/** How often each account was the first choice. */
function tally(given: Pool, ground: Ground, picks: number, random = seeded(1)): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let n = 0; n < picks; n++) {
    const id = pickFirst(given, {}, ground.view(NOON + n, random))
    if (id !== null) counts[id] = (counts[id] ?? 0) + 1
  }
  return counts
}

describe.each(strategyNames)('with %s', (name) => {
  test('when priorities differ, the smaller number is always first', () => {
    const given = [member('late', { priority: 1 }), member('early', { priority: -1 }), member('middle')]
    const ground = new Ground().limit('early', '10/day')
    ground.use('early', 9)
    expect(ids(pool(name, given).candidates({}, ground.view()))).toEqual(['early', 'middle', 'late'])
  })
})

describe('priority and most-remaining', () => {
  test.each(['priority', 'most-remaining'] as const)(
    'with %s, the largest share of the tightest limit',
    (name) => {
      const ground = new Ground()
        .limit('a0', '10/day')
        .limit('a1', '1000/day', '10/hour')
        .limit('a2', '4/day')
      ground.use('a0', 5)
      ground.use('a1', 6)
      ground.use('a2', 1)
      expect(ids(pool(name, members(4)).candidates({}, ground.view()))).toEqual(['a3', 'a2', 'a0', 'a1'])
    },
  )

  test('when shares are equal, the least recently used one, then the smaller id', () => {
    const ground = new Ground()
    ground.use('a1', 1, NOON - 2 * MINUTE)
    ground.use('a0', 1, NOON - MINUTE)
    expect(ids(pool('priority', members(4)).candidates({}, ground.view()))).toEqual(['a2', 'a3', 'a1', 'a0'])
  })

  test('when many are decided before the ledger shows one, they spread', () => {
    const ground = new Ground()
    for (const id of ['a0', 'a1', 'a2']) ground.limit(id, '100/day')
    expect(tally(pool('priority', members(3)), ground, 30)).toEqual({ a0: 10, a1: 10, a2: 10 })
  })
})

test('with fill-first, one account until it is out, in the order of the accounts', () => {
  const ground = new Ground().limit('a0', '2/day')
  const given = pool('fill-first', members(3))
  const found = Array.from({ length: 4 }, () => {
    const id = pickFirst(given, {}, ground.view())
    ground.use(String(id))
    return id
  })
  expect(found).toEqual(['a0', 'a0', 'a1', 'a1'])
})

describe('round-robin', () => {
  test('when all are ready, each in turn, in order', () => {
    const given = pool('round-robin', members(3))
    const found = Array.from({ length: 5 }, () => pickFirst(given, {}, new Ground().view()))
    expect(found).toEqual(['a0', 'a1', 'a2', 'a0', 'a1'])
  })

  test('whatever the numbers, small tiers and large ones, no two differ by more than one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 400 }), (size, picks) => {
        const counts = tally(pool('round-robin', members(size)), new Ground(), picks)
        const all = members(size).map(({ account }) => counts[account.id] ?? 0)
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 40 },
    )
  })

  test.each([3, 100])('when one of %i was away for long, it does not catch up', (size) => {
    const ground = new Ground().cool('a1', NOON + 1000)
    const given = pool('round-robin', members(size))
    for (let n = 0; n < 10 * size; n++) pickFirst(given, {}, ground.view())
    const found = Array.from({ length: 2 * size }, () => pickFirst(given, {}, ground.view(NOON + 1000)))
    expect(found.filter((id) => id === 'a1').length).toBeLessThanOrEqual(3)
    expect(found).toContain('a1')
  })
})

describe('weighted', () => {
  test('whatever the weights, in every round each serves exactly its weight', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 4 }), (given, rounds) => {
        const total = given.reduce((sum, weight) => sum + weight, 0)
        const all = members(given.length, (n) => ({ weight: given[n] ?? 1 }))
        const counts = tally(pool('weighted', all), new Ground(), total * rounds)
        expect(all.map(({ account }) => counts[account.id])).toEqual(given.map((weight) => weight * rounds))
      }),
      { numRuns: 40 },
    )
  })

  test('when one weighs most, the others come between its turns', () => {
    const given = pool(
      'weighted',
      members(3, (n) => ({ weight: n === 0 ? 4 : 1 })),
    )
    const found = Array.from({ length: 6 }, () => pickFirst(given, {}, new Ground().view())).join(' ')
    expect(found).toBe('a0 a0 a1 a2 a0 a0')
  })
})

describe.each(['round-robin', 'weighted'] as const)(
  'when a new pool replaces the one in use, %s',
  (strategy) => {
    test('continues with the same turns', () => {
      const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })
      fc.assert(
        fc.property(weights, fc.array(fc.nat(5), { maxLength: 20 }), (given, pauses) => {
          const all = members(given.length, (n) => ({ weight: given[n] ?? 1 }))
          const whole = pool(strategy, all)
          let replaced = pool(strategy, all)
          const view = new Ground().view()
          for (const picks of pauses) {
            for (let n = 0; n < picks; n += 1)
              expect(pickFirst(replaced, {}, view)).toBe(pickFirst(whole, {}, view))
            replaced = new Pool(all, { strategy, affinity: false, previous: replaced })
          }
        }),
      )
    })

    test('lets an account with another weight keep its place', () => {
      const weighing = (weight: number) => members(2, (n) => ({ weight: n === 0 ? weight : 1 }))
      const heavy = pool(strategy, weighing(100))
      tally(heavy, new Ground(), 1010)
      const light = new Pool(weighing(1), { strategy, affinity: false, previous: heavy })
      expect(tally(light, new Ground(), 10)).toEqual({ a0: 5, a1: 5 })
    })
  },
)

test('with least-used, the fewest requests of the UTC day', () => {
  const ground = new Ground()
  ground.use('a0', 50, NOON - 24 * 60 * MINUTE)
  ground.use('a1', 3)
  ground.use('a2', 2)
  ground.use('a0', 1)
  expect(ids(pool('least-used', members(3)).candidates({}, ground.view()))).toEqual(['a0', 'a2', 'a1'])
})

test('with reset-first, the quota that expires soonest; rolling and unlimited ones last', () => {
  const ground = new Ground().limit('a0', '10/month').limit('a1', '10/minute').limit('a2', '10/day')
  ground.use('a1')
  ground.use('a3', 1, NOON)
  const found = ids(pool('reset-first', members(4)).candidates({}, ground.view()))
  expect(found.slice(0, 2)).toEqual(['a2', 'a0'])
  expect(found.slice(2).sort()).toEqual(['a1', 'a3'])
})

describe('fastest', () => {
  test('when two are measured, the faster one serves', () => {
    const given = pool('fastest', members(2))
    given.observe('a0', 900, NOON)
    given.observe('a1', 100, NOON)
    expect(tally(given, new Ground(), 50)).toEqual({ a1: 50 })
  })

  test('when many are measured, the slowest serves only when chosen against itself: never', () => {
    const given = pool('fastest', members(10))
    for (let n = 0; n < 10; n++) given.observe(`a${n}`, 100 * (n + 1), NOON)
    const counts = tally(given, new Ground(), 500)
    expect(counts.a9).toBeUndefined()
    expect(Object.keys(counts).length).toBeGreaterThan(5)
    expect(counts.a0 ?? 0).toBeGreaterThan(counts.a7 ?? 0)
  })

  test('when one was slow long ago, it is trusted again', () => {
    const given = pool('fastest', members(2))
    given.observe('a0', 5000, NOON)
    given.observe('a1', 100, NOON + 60 * 1000)
    expect(pickFirst(given, {}, new Ground().view(NOON + 60 * 1000))).toBe('a0')
  })

  test('when answers were slow once and fast since, the peak fades', () => {
    const given = pool('fastest', members(2))
    given.observe('a0', 5000, NOON)
    for (let n = 1; n < 20; n++) given.observe('a0', 10, NOON + n * 5000)
    given.observe('a1', 200, NOON + 95_000)
    expect(pickFirst(given, {}, new Ground().view(NOON + 95_000))).toBe('a0')
  })

  test('when a new pool replaces one, it knows what the old one measured', () => {
    const old = pool('fastest', members(2))
    old.observe('a0', 900, NOON)
    const given = new Pool(members(2), { strategy: 'fastest', affinity: false, previous: old })
    expect(tally(given, new Ground(), 20)).toEqual({ a1: 20 })
  })
})

test('when a name is not a strategy, it is not taken for one', () => {
  expect(strategyNames.every(isStrategyName)).toBe(true)
  expect(['random', '', 'toString', '__proto__'].some(isStrategyName)).toBe(false)
})
