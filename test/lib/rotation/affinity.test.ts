import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Homes } from '../../../src/lib/rotation/affinity.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import { strategyNames } from '../../../src/lib/rotation/strategies/strategies.ts'
import { Ground, MINUTE, NOON, pickFirst, ids, member, members, seeded } from './fixture.ts'

const sessions = Array.from({ length: 400 }, (_, n) => `session-${n}`)
const always = (): boolean => true

function listHomes(given: Member[]): (string | undefined)[] {
  const homes = new Homes(given)
  return sessions.map((session) => homes.find(session, always)?.account.id)
}

describe.each([
  { kind: 'a few', size: 5 },
  { kind: 'many', size: 200 },
])('homes among $kind accounts', ({ size }) => {
  const before = listHomes(members(size))

  test('when their order changes, no session moves', () => {
    expect(listHomes(members(size).reverse())).toEqual(before)
  })

  test('when one is added, sessions only move to it', () => {
    const after = listHomes([...members(size), member('new')])
    expect(after.every((home, n) => home === before[n] || home === 'new')).toBe(true)
  })

  test('when one is removed, only its sessions move', () => {
    const after = listHomes(members(size).slice(1))
    expect(after.every((home, n) => (before[n] === 'a0' ? home !== 'a0' : home === before[n]))).toBe(true)
  })

  test('when a home is out, its sessions go where they would if it were not there', () => {
    const homes = new Homes(members(size))
    const spilled = sessions.map(
      (session) => homes.find(session, ({ account }) => account.id !== 'a0')?.account.id,
    )
    expect(spilled).toEqual(listHomes(members(size).slice(1)))
  })
})

test('when weights differ, sessions are shared by weight', () => {
  const given = members(3, (n) => ({ weight: n === 0 ? 6 : 2 }))
  const share = listHomes(given).filter((home) => home === 'a0').length / sessions.length
  expect(share).toBeGreaterThan(0.5)
  expect(share).toBeLessThan(0.7)
})

test('when weights are equal, none of many has much more than its share', () => {
  const given = members(100)
  const homes = new Homes(given)
  const counts = new Map<string, number>()
  for (let n = 0; n < 20_000; n++) {
    const id = homes.find(`s${n}`, always)?.account.id ?? ''
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  expect(counts.size).toBe(100)
  expect(Math.max(...counts.values())).toBeLessThan(3 * 200)
})

test('when no member is accepted, there is no home', () => {
  expect(
    [new Homes(members(3)), new Homes(members(300)), new Homes([])].map((homes) =>
      homes.find('s', () => false),
    ),
  ).toEqual([null, null, null])
})

describe('a pool with affinity', () => {
  const sticky = strategyNames.filter((name) => name !== 'fill-first')

  test.each(sticky)(
    'with %s, a session stays, spills over while its account is out, and returns',
    (strategy) => {
      const pool = new Pool(members(6), { strategy, affinity: true })
      const ground = new Ground()
      const pick = (now: number): string | null =>
        pickFirst(pool, { session: 's' }, ground.view(now, seeded(now)))
      const home = pick(NOON)
      expect(Array.from({ length: 20 }, (_, n) => pick(NOON + n)).every((id) => id === home)).toBe(true)
      ground.cool(String(home), NOON + MINUTE)
      const refuge = pick(NOON + 100)
      expect(refuge).not.toBe(home)
      expect(pick(NOON + 200)).toBe(refuge)
      expect(pick(NOON + MINUTE)).toBe(home)
    },
  )

  test('with fill-first, sessions do not pull away from the first account', () => {
    const pool = new Pool(members(6), { strategy: 'fill-first', affinity: true })
    expect(
      sessions.slice(0, 30).every((session) => pickFirst(pool, { session }, new Ground().view()) === 'a0'),
    ).toBe(true)
  })

  test('when affinity is off, a session is nothing special', () => {
    const pool = new Pool(members(2), { strategy: 'round-robin', affinity: false })
    const found = [1, 2].map(() => pickFirst(pool, { session: 's' }, new Ground().view()))
    expect(found).toEqual(['a0', 'a1'])
  })

  test('whatever the session, tiers come first and each member comes once', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(6, 150), (session, size) => {
        const pool = new Pool(
          members(size, (n) => ({ priority: n % 2 })),
          { strategy: 'priority', affinity: true },
        )
        const found = [...pool.candidates({ session }, new Ground().view())]
        expect(new Set(ids(found)).size).toBe(size)
        expect(found.slice(0, size / 2).every(({ account }) => account.priority === 0)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('when most of many are out, a session still finds one that is not', () => {
    const pool = new Pool(members(500), { strategy: 'priority', affinity: true })
    const ground = new Ground()
    for (let n = 0; n < 500; n++) if (n !== 321) ground.cool(`a${n}`, NOON + MINUTE)
    expect(pickFirst(pool, { session: 's' }, ground.view())).toBe('a321')
  })
})

/** The home as rendezvous hashing by weight has it, in the plainest way. */
function plainHome(given: Member[], session: string, accepts: (member: Member) => boolean): Member | null {
  const drawn = (each: Member) => {
    const draw = (mixed(hashed(session) ^ mixed(hashed(each.account.id))) + 0.5) / 2 ** 32
    return -Math.log(draw) / Math.max(each.account.weight, Number.MIN_VALUE)
  }
  return (
    given
      .filter((each) => accepts(each) && drawn(each) < Infinity)
      .sort((a, b) => drawn(a) - drawn(b))
      .at(0) ?? null
  )
}

function hashed(text: string): number {
  let hash = 0x811c9dc5
  for (const unit of text.split('')) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193)
  return hash >>> 0
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

test('the home is the one with the smallest draw by weight, whether all weigh the same or not', () => {
  const weight = fc.constantFrom(0, 1, 3, 1e-12, 1e12)
  const weights = fc.oneof(
    fc.tuple(weight, fc.integer({ min: 1, max: 8 })).map(([each, count]) => Array<number>(count).fill(each)),
    fc.array(weight, { minLength: 1, maxLength: 8 }),
  )
  fc.assert(
    fc.property(weights, fc.string(), fc.nat(), (given, session, out) => {
      const all = members(given.length, (n) => ({ weight: given[n]! }))
      const accepts = (each: Member) => each !== all[out % (2 * all.length)]
      expect(new Homes(all).find(session, accepts)).toBe(plainHome(all, session, accepts))
    }),
    { numRuns: 500 },
  )
})
