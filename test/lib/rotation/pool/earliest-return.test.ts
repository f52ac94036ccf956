import { describe, expect, test } from 'vitest'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { Ground, MINUTE, NOON, member, members } from '../fixture.ts'

const options = { strategy: 'fill-first', affinity: false } as const
const lacking = { model: 'm', reason: 'model-unavailable' } as const

/** All accounts are in cooldown: `a0` for one minute, `a1` for two, and so on. */
function coolAll(count: number): Ground {
  const ground = new Ground()
  for (let n = 0; n < count; n++) ground.cool(`a${n}`, NOON + (n + 1) * MINUTE)
  return ground
}

const shown = (found: ReturnType<Pool['earliestReturn']>) =>
  found === null ? null : [found.member.account.id, found.at]

describe.each([3, 70])('of %i accounts in cooldown, the first to return', (count) => {
  const returns = (ground: Ground) =>
    shown(new Pool(members(count), options).earliestReturn({ model: 'm' }, ground.view()))

  test('is the one with the shortest cooldown', () => {
    expect(returns(coolAll(count))).toEqual(['a0', NOON + MINUTE])
  })

  test('is none that lacks the model', () => {
    expect(returns(coolAll(count).cool('a0', NOON + 5, lacking))).toEqual(['a1', NOON + 2 * MINUTE])
  })

  test('does not exist when all lack the model', () => {
    const ground = coolAll(count)
    for (let n = 0; n < count; n++) ground.cool(`a${n}`, null, lacking)
    expect(returns(ground)).toBeNull()
  })

  test('has no time when a person has to act', () => {
    const ground = new Ground()
    for (let n = 0; n < count; n++) ground.cool(`a${n}`, null)
    expect(returns(ground)?.[1]).toBeNull()
  })

  test('is now when one is free', () => {
    const ground = coolAll(count)
    ground.apply({ type: 'clear', subject: 'a2' })
    expect(returns(ground)).toEqual(['a2', NOON])
  })
})

describe('the first to return among the other accounts', () => {
  const given = [
    ...members(3),
    member('other', { enabled: false }),
    member('unfit', {}, { serves: () => false }),
  ]
  const returns = (except: string[], ground: Ground) =>
    shown(new Pool(given, options).earliestReturnBut({ model: 'm' }, ground.view(), new Set(except)))

  test('is the next one', () => {
    expect(returns([], coolAll(3))).toEqual(['a0', NOON + MINUTE])
    expect(returns(['a0'], coolAll(3))).toEqual(['a1', NOON + 2 * MINUTE])
    expect(returns(['a1', 'a0'], coolAll(3))).toEqual(['a2', NOON + 3 * MINUTE])
  })

  test('is none that lacks the model, or does not fit the request', () => {
    expect(returns(['a0'], coolAll(3).cool('a1', NOON + 5, lacking))).toEqual(['a2', NOON + 3 * MINUTE])
    expect(returns(['a0', 'a1', 'a2'], coolAll(3))).toBeNull()
  })

  test('has no time when a person has to act, and is now when one is free', () => {
    expect(returns(['a1', 'a2'], new Ground().cool('a0', null))).toEqual(['a0', null])
    expect(returns(['a1', 'a2'], new Ground())).toEqual(['a0', NOON])
  })
})
