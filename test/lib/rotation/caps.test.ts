import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CapRoom } from '../../../src/lib/rotation/cap-room.ts'
import { findAccountCaps, hasCaps, readCaps } from '../../../src/lib/rotation/caps.ts'
import type { Caps } from '../../../src/lib/rotation/caps.ts'
import { account, Ground, MINUTE, NOON } from './fixture.ts'

const read = (section: unknown) => readCaps(section, 'caps')
const findRoom = (section: object, isAlive: (id: string) => boolean = () => true) => {
  const caps: Caps = read(section)
  const { byId } = findAccountCaps(caps, [account('a', { name: 'work' }), account('b', { name: 'home' })])
  return new CapRoom(caps, { ofAccount: byId, isAlive })
}

describe('the section caps', () => {
  test('is read with everything in it', () => {
    const caps = read({
      concurrency: 8,
      perAccountConcurrency: '2',
      accounts: { 'qwen/work': { concurrency: 1 } },
      rate: ['60/minute', '1000tokens/day'],
    })
    expect({ ...caps, accounts: [...caps.accounts] }).toEqual({
      concurrency: 8,
      perAccountConcurrency: 2,
      accounts: [['qwen/work', 1]],
      rate: ['60/minute', '1000tokens/day'],
    })
  })

  test.each([undefined, null, {}])('as %j caps nothing', (section) => {
    expect(hasCaps(read(section))).toBe(false)
  })

  test.each([
    [{ concurrency: 1 }, 1],
    [{ concurrency: 100_000 }, 100_000],
    [{ concurrency: ' 12 ' }, 12],
    [{ concurrency: null }, null],
  ])('as %j caps the requests in flight at %j', (section, most) => {
    expect(read(section).concurrency).toBe(most)
  })

  test('has a single rate as a text, and no cap for an account with an empty entry', () => {
    const caps = read({ rate: '60/minute', accounts: { 'qwen/work': {}, 'qwen/home': null } })
    expect([caps.rate, [...caps.accounts]]).toEqual([['60/minute'], []])
    expect(read({ rate: null }).rate).toEqual([])
  })

  test.each([
    [3, /^caps is not a mapping/],
    [[], /^caps is not a mapping/],
    [{ concurrency: 100_001 }, /^caps\.concurrency is 100001, .* from 1 to 100000/],
    [{ concurrency: '2x' }, /^caps\.concurrency is "2x"/],
    [{ concurrency: 'x2' }, /^caps\.concurrency is "x2"/],
    [{ concurrency: [2] }, /^caps\.concurrency is \[2\]/],
    [{ concurency: 3 }, /^caps\.concurency is none of concurrency/],
    [{ concurrency: 0 }, /^caps\.concurrency is 0, which is not a whole number/],
    [{ concurrency: 1.5 }, /^caps\.concurrency/],
    [{ perAccountConcurrency: 'many' }, /^caps\.perAccountConcurrency is "many"/],
    [{ accounts: { 'qwen/work': 1 } }, /^caps\.accounts\.qwen\/work is not a mapping/],
    [{ accounts: { work: { rate: 1 } } }, /^caps\.accounts\.work\.rate is none of concurrency/],
    [{ rate: 60 }, /^caps\.rate has 60, which is not a limit/],
    [{ rate: '60/fortnight' }, /^caps\.rate .*fortnight/],
  ])('as %j is refused, naming the place', (section, message) => {
    expect(() => read(section)).toThrow(message)
  })

  test('names accounts by reference, and reports what names none', () => {
    const caps = read({ accounts: { work: { concurrency: 1 }, nobody: { concurrency: 2 } } })
    const { byId, unknown } = findAccountCaps(caps, [account('a', { name: 'work' })])
    expect([...byId]).toEqual([['a', 1]])
    expect(unknown).toEqual(['nobody'])
  })
})

describe('what caps leave', () => {
  test('of one account is counted by its requests in flight, and one of its own beats that of each', () => {
    const room = findRoom({ perAccountConcurrency: 2, accounts: { work: { concurrency: 1 } } })
    const ground = new Ground()
    ground.use('a')
    ground.use('b')
    expect([room.hasRoom('a', ground.state, NOON), room.hasRoom('b', ground.state, NOON)]).toEqual([
      false,
      true,
    ])
    expect(room.refusal('a', ground.state, NOON)).toEqual({
      availableAt: NOON + 1000,
      words: 'it is at its cap: 1 of 1 request at a time',
    })
  })

  test.each([
    { concurrency: 1 },
    { perAccountConcurrency: 1 },
    { accounts: { work: { concurrency: 1 } } },
    { rate: '1/minute' },
  ])('as %j alone is a cap', (section) => {
    expect(hasCaps(read(section))).toBe(true)
  })

  test('of a single account is enforced without any other cap', () => {
    const room = findRoom({ accounts: { work: { concurrency: 1 } } })
    const ground = new Ground()
    ground.use('a')
    ground.use('b')
    expect(['a', 'b'].map((id) => room.hasRoom(id, ground.state, NOON))).toEqual([false, true])
  })

  test('of all accounts is counted over them', () => {
    const room = findRoom({ concurrency: 2 })
    const ground = new Ground()
    ground.use('a')
    const id = ground.use('b')
    expect(room.refusal('c', ground.state, NOON)?.words).toContain('cap of 2 requests at a time')
    ground.apply({ type: 'settle', id, outcome: 'ok' })
    expect(room.hasRoom('c', ground.state, NOON)).toBe(true)
  })

  test('does not count requests of processes that have ended', () => {
    const room = findRoom({ concurrency: 1 }, (id) => !id.startsWith('dead'))
    const ground = new Ground()
    ground.apply({ type: 'reserve', id: 'dead-1', account: 'a' })
    expect(room.hasRoom('a', ground.state, NOON)).toBe(true)
  })

  test('names which is full, one account or all together, without the number of others', () => {
    const room = findRoom({ concurrency: 2, perAccountConcurrency: 1 })
    const ground = new Ground()
    expect(room.refusal('a', ground.state, NOON)).toBeNull()
    ground.use('a')
    expect(room.refusal('a', ground.state, NOON)?.words).toBe('it is at its cap: 1 of 1 request at a time')
    ground.use('b')
    expect(room.refusal('a', ground.state, NOON)?.words).toBe(
      'all accounts together are at their cap of 2 requests at a time',
    )
  })

  test('of one account is counted again when its request ends', () => {
    const room = findRoom({ perAccountConcurrency: 1 })
    const ground = new Ground()
    const id = ground.use('a')
    expect(room.hasRoom('a', ground.state, NOON)).toBe(false)
    ground.apply({ type: 'settle', id, outcome: 'ok' })
    expect(room.hasRoom('a', ground.state, NOON)).toBe(true)
  })

  test('in another ledger at the same place is counted by that ledger', () => {
    const room = findRoom({ concurrency: 1 })
    const [full, other] = [new Ground(), new Ground()]
    full.use('a')
    const id = other.use('a')
    other.apply({ type: 'settle', id, outcome: 'ok' })
    full.apply({ type: 'clear', subject: 'b' })
    expect([full, other].map(({ state }) => room.hasRoom('a', state, NOON))).toEqual([false, true])
  })

  test('of a rate with two limits names the one that is full', () => {
    const room = findRoom({ rate: ['1/minute', '9/day'] })
    const ground = new Ground().limit('caps', '1/minute', '9/day')
    expect(room.hasRoom('a', ground.state, NOON)).toBe(true)
    ground.apply({ type: 'reserve', id: 'w-1', account: 'a', also: ['caps'] })
    expect(room.refusal('a', ground.state, NOON)?.words).toContain('the cap 1/minute')
    expect(room.hasRoom('a', ground.state, NOON + MINUTE)).toBe(true)
  })

  test('of a rate is free until the ledger counts it', () => {
    const room = findRoom({ rate: '2/minute' })
    expect([room.hasRate, room.hasRoom('a', new Ground().state, NOON)]).toEqual([true, true])
    expect(findRoom({ concurrency: 2 }).hasRate).toBe(false)
  })

  test('of a rate is what the ledger says of it', () => {
    const room = findRoom({ rate: '2/minute' })
    const ground = new Ground().limit('caps', '2/minute')
    for (const id of ['w-1', 'w-2']) ground.apply({ type: 'reserve', id, account: 'a', also: ['caps'] })
    expect(room.refusal('b', ground.state, NOON)).toEqual({
      availableAt: NOON + 60_000,
      words: 'the cap 2/minute over all accounts is used up',
    })
  })
})

test('however processes race, requests go ahead up to the cap, and never beyond it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat({ max: 3 })), { maxLength: 40 }),
      (most, steps) => {
        const room = findRoom({ concurrency: most, perAccountConcurrency: 2 })
        const ground = new Ground()
        const going: { id: string; account: string }[] = []
        // No request looks before it reserves, as when all have chosen at one moment; the ledger's order decides.
        for (const [name, ends] of steps) {
          const inFlight = [...ground.state.open.entries()]
          const isFree =
            inFlight.length < most && inFlight.filter(({ account: of }) => of === name).length < 2
          const id = ground.use(name)
          expect(room.isOver({ id, account: name }, ground.state)).toBe(!isFree)
          if (room.isOver({ id, account: name }, ground.state))
            ground.apply({ type: 'settle', id, outcome: 'unreachable', refunded: true })
          else going.push({ id, account: name })
          expect(going.length).toBeLessThanOrEqual(most)
          expect(going.filter(({ account: of }) => of === 'a').length).toBeLessThanOrEqual(2)
          const [done] = ends === 0 ? going.splice(0, 1) : []
          if (done !== undefined) ground.apply({ type: 'settle', id: done.id, outcome: 'ok' })
        }
      },
    ),
  )
})

test('a granted request is over no cap when only ended processes came before it, or when there is none', () => {
  const ground = new Ground()
  ground.apply({ type: 'reserve', id: 'dead-1', account: 'a' })
  const own = { id: ground.use('a'), account: 'a' }
  const isAlive = (id: string) => !id.startsWith('dead')
  for (const section of [{ concurrency: 1 }, { perAccountConcurrency: 1 }, {}])
    expect(findRoom(section, isAlive).isOver(own, ground.state)).toBe(false)
  expect(findRoom({}).isOver(own, ground.state)).toBe(false)
  expect(findRoom({ concurrency: 1 }).isOver(own, ground.state)).toBe(true)
  expect(findRoom({ perAccountConcurrency: 1 }).isOver(own, ground.state)).toBe(true)
  expect(findRoom({ concurrency: 1 }).isOver({ id: 'unknown', account: 'a' }, ground.state)).toBe(false)
})

test('requests on their way into the ledger count at once, each until it ends', () => {
  const room = findRoom({ perAccountConcurrency: 3 })
  const { state } = new Ground()
  const counts = () => [room.countInFlight('a', state), room.countInFlight('b', state), room.inFlight(state)]
  for (const id of ['a', 'a', 'b']) room.begin(id)
  expect(counts()).toEqual([2, 1, 3])
  room.end('a')
  expect(counts()).toEqual([1, 1, 2])
  room.end('a')
  room.end('b')
  expect(counts()).toEqual([0, 0, 0])
})
