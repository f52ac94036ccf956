import { describe, expect, test } from 'vitest'
import { NEVER_USED, Picks } from '../../../../src/lib/rotation/pool/picks.ts'
import { Ground, member, MINUTE, NOON } from '../fixture.ts'

const [a, b] = [member('a'), member('b')]

describe('offers that the ledger does not show yet', () => {
  test('are counted one by one, each account alone', () => {
    const ground = new Ground()
    const picks = new Picks()
    expect(picks.pending('a', ground.state)).toBe(0)
    for (const one of [a, a, b]) picks.note(one, ground.view())
    expect([picks.pending('a', ground.state), picks.pending('b', ground.state)]).toEqual([2, 1])
  })

  test('end when the ledger moves, and count from one again', () => {
    const ground = new Ground()
    const picks = new Picks()
    picks.note(a, ground.view())
    picks.note(a, ground.view())
    ground.use('a')
    expect(picks.pending('a', ground.state)).toBe(0)
    picks.note(a, ground.view())
    expect(picks.pending('a', ground.state)).toBe(1)
  })
})

describe('the last use of a member', () => {
  test('is the later of its reservation and its offer', () => {
    const ground = new Ground()
    const picks = new Picks()
    expect(picks.readUse(a, ground.state)).toBe(NEVER_USED)
    picks.note(a, ground.view(NOON))
    expect(picks.readUse(a, ground.state)).toBe(NOON)
    ground.use('a', 1, NOON + MINUTE)
    expect(picks.readUse(a, ground.state)).toBe(NOON + MINUTE)
    picks.note(a, ground.view(NOON + 2 * MINUTE))
    expect(picks.readUse(a, ground.state)).toBe(NOON + 2 * MINUTE)
  })

  test('decides which comes first, then the order of offers, then the id', () => {
    const ground = new Ground()
    const picks = new Picks()
    const order = () =>
      [picks.compareUse(a, b, ground.state), picks.compareUse(b, a, ground.state)].map(Math.sign)
    expect(order()).toEqual([-1, 1])
    picks.note(b, ground.view())
    picks.note(a, ground.view())
    expect(order()).toEqual([1, -1])
    picks.note(b, ground.view(NOON + 1))
    expect(order()).toEqual([-1, 1])
  })
})
