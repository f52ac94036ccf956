import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explain, isForeseen } from '../../../src/lib/rotation/explain.ts'
import { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import { strategyNames } from '../../../src/lib/rotation/strategies/strategies.ts'
import { Ground, MINUTE, NOON, pickFirst, member } from './fixture.ts'

const each = fc.record({
  priority: fc.nat(1),
  limit: fc.constantFrom(null, '5/day', '50/day', '3/minute'),
  used: fc.nat(5),
  cools: fc.constantFrom('no', 'whole', 'model', 'route'),
  serves: fc.boolean(),
  group: fc.boolean(),
  user: fc.constantFrom('ann', 'bob'),
})

const asked = fc.record({
  model: fc.constantFrom('m', null),
  user: fc.constantFrom('ann', null),
  group: fc.constantFrom('g', null),
  route: fc.constantFrom('/responses', null),
  homes: fc.constantFrom(null, ['a1'], ['a0', 'a2']),
  pin: fc.constantFrom(null, null, null, 'a1'),
})

test('over 500 pools and requests, the account that explain calls next is the one that serves', () => {
  const strategy = fc.constantFrom(...strategyNames.filter(isForeseen))
  const pools = fc.array(each, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(pools, asked, strategy, fc.boolean(), fc.nat(3), (given, request, name, affinity, served) => {
      const ground = new Ground()
      const members = given.map(({ priority, limit, used, cools, serves, group, user }, n) => {
        const id = `a${n}`
        if (limit !== null) ground.limit(id, limit)
        ground.use(id, used, NOON - 1000)
        const model = { whole: {}, model: { model: 'm' }, route: { model: 'route /responses' } }
        if (cools !== 'no') ground.cool(id, NOON + MINUTE, model[cools])
        return member(id, { priority, user, groups: group ? ['g'] : [] }, { serves: () => serves })
      })
      const pool = new Pool(members, { strategy: name, affinity })
      // A pool that has served before, as a running proxy has.
      for (let n = 0; n < served; n++) {
        const account = pickFirst(pool, {}, ground.view(NOON + n))
        if (account !== null) ground.use(account, 1, NOON + n + 1)
      }
      const ways = [{ wanted: request, translatedFrom: null }]
      const verdicts = explain(members, ways, { strategy: name, affinity, view: ground.view(NOON + 10) })
      const next = verdicts.find(({ place }) => place === 1)?.member.account.id ?? null
      expect(next).toBe(pickFirst(pool, request, ground.view(NOON + 10)))
    }),
    { numRuns: 500 },
  )
})
