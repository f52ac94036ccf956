import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Account } from '../../../../src/lib/account/account.ts'
import type { Member } from '../../../../src/lib/rotation/pool/member.ts'
import { buildMember } from '../../../../src/lib/rotation/pool/member.ts'
import { weighEvidence, isCertain } from '../../../../src/lib/rotation/models/model-evidence.ts'
import type { ServiceKnowledge } from '../../../../src/lib/rotation/models/service-knowledge.ts'
import { nothingKnown } from '../../../../src/lib/rotation/models/service-knowledge.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { account, Ground, ids, NOON, provider } from '../fixture.ts'

const LOCAL = 'http://127.0.0.1:11434/v1'
const CLOUD = 'https://gateway.test/v1'

const listing = (...models: string[]): ServiceKnowledge => ({
  ...nothingKnown,
  key: models.join(),
  listed: new Set(models),
})
const answering = (...models: string[]): ServiceKnowledge => ({
  ...nothingKnown,
  key: `answers ${models.join()}`,
  answered: new Map(models.map((model) => [model, NOON])),
})

function given(id: string, settings: Partial<Account>, known: ServiceKnowledge = nothingKnown): Member {
  const service = { ...provider, id: settings.provider ?? provider.id }
  return buildMember(account(id, settings), service, known)
}

function asked(members: Member[], model: string, more: object = {}): string[] {
  const pool = new Pool(members, { strategy: 'fill-first', affinity: false })
  return ids(pool.candidates({ model, ...more }, new Ground().view()))
}

describe('which accounts are asked for a model', () => {
  test('only those with the model in their list, when one has', () => {
    const members = [
      given('unknown', { baseUrl: CLOUD }),
      given('lists-others', { baseUrl: CLOUD }, listing('other')),
      given('lists-it', { baseUrl: 'https://b.test/v1' }, listing('m1')),
      given('configured', { models: ['m1'] }),
    ]
    expect(asked(members, 'm1')).toEqual(['lists-it', 'configured'])
  })

  test('all that may have it, when no list has; those with a list without it come last', () => {
    const members = [
      given('lists-others', { baseUrl: CLOUD }, listing('other')),
      given('unknown', { baseUrl: CLOUD }),
      given('answered', { baseUrl: CLOUD }, answering('m1')),
      given('configured-others', { models: ['m2'] }),
    ]
    expect(asked(members, 'm1')).toEqual(['unknown', 'answered', 'lists-others'])
  })

  test('an account with a name rule or an earlier answer that speaks for it, beside a list elsewhere', () => {
    const members = [
      given('lists-it', { baseUrl: CLOUD }, listing('qwen9')),
      given('named', {}),
      given('answered', { baseUrl: 'https://b.test/v1' }, answering('qwen9')),
    ]
    expect(asked(members, 'qwen9').sort()).toEqual(['answered', 'lists-it', 'named'])
  })

  test('a request that is pinned, or names a provider, leaves out no account for what others have', () => {
    const members = [
      given('local', { baseUrl: LOCAL }, listing('m1')),
      given('cloud', { provider: 'other', baseUrl: CLOUD }),
    ]
    expect(asked(members, 'm1', { pin: 'cloud' })).toEqual(['cloud'])
    expect(asked(members, 'm1', { provider: 'other' })).toEqual(['cloud'])
    expect(asked(members, 'm1')).toEqual(['local'])
  })

  test('with the reason for each that is not asked', () => {
    const members = [given('local', { baseUrl: LOCAL }, listing('m1')), given('cloud', { baseUrl: CLOUD })]
    const pool = new Pool(members, { strategy: 'fill-first', affinity: false })
    const found = pool.whyNot({ model: 'm1' }, new Ground().view())
    expect(found.map(({ refusal: { kind, words } }) => [kind, words])).toEqual([
      ['model-elsewhere', 'is not known to have model m1, which others have'],
    ])
  })
})

describe('a model that only a server on this machine has', () => {
  test.each(['http://127.0.0.1:1/v1', 'http://localhost:1/v1', 'http://[::1]:1/v1', 'http://127.9.9.9/v1'])(
    'stays on it at %s, for cooldowns, formats and endpoints too',
    (baseUrl) => {
      const local = given('local', { baseUrl }, listing('llama3.2:3b'))
      const members = [local, given('cloud', { baseUrl: CLOUD }), given('named', {})]
      const pool = new Pool(members, { strategy: 'fill-first', affinity: true })
      const ground = new Ground().cool(local.subjects.account, null)
      for (const more of [{}, { dialect: 'anthropic' as const }, { route: '/embeddings' }, { group: 'g' }]) {
        expect(ids(pool.candidates({ model: 'llama3.2:3b', ...more }, ground.view()))).toEqual([])
      }
    },
  )

  test('goes to no cloud with a list without it, once the server here has answered for it', () => {
    const members = [
      given('local', { baseUrl: LOCAL }, answering('m1')),
      given('lists-others', { baseUrl: CLOUD }, listing('m2')),
      given('unknown', { baseUrl: CLOUD }),
    ]
    expect(asked(members, 'm1')).toEqual(['local', 'unknown'])
  })

  test('stays on it while the account is disabled', () => {
    const local = given('local', { baseUrl: LOCAL, enabled: false }, listing('m1'))
    expect(asked([local, given('cloud', { baseUrl: CLOUD })], 'm1')).toEqual([])
  })

  test('may be asked of another user of the proxy, with other accounts', () => {
    const local = given('local', { baseUrl: LOCAL, user: 'bob' }, listing('m1'))
    expect(asked([local, given('cloud', { baseUrl: CLOUD })], 'm1', { user: 'local' })).toEqual(['cloud'])
  })

  const hosts = fc.constantFrom(LOCAL, CLOUD, 'http://localhost:8000/v1', null)
  const knowledge = fc.constantFrom(nothingKnown, listing('m1'), listing('m2'), answering('m1'))
  const lists = fc.constantFrom<string[] | null>(null, ['m1'], ['m2'])
  const drawn = fc.array(
    fc.record({ baseUrl: hosts, known: knowledge, models: lists, enabled: fc.boolean() }),
    { minLength: 1, maxLength: 6 },
  )

  test('never leaves the machine, and an account with the model is never left out', () => {
    fc.assert(
      fc.property(drawn, (accounts) => {
        const members = accounts.map(({ known, ...settings }, n) => given(`a${n}`, settings, known))
        const found = asked(members, 'm1')
        const holds = ({ account: { enabled } }: Member) => enabled
        const holders = members.filter((member) => isCertain(weighEvidence(member, 'm1')))
        const remote = holders.filter((member) => !member.isLocal && holds(member))
        for (const member of holders.filter(holds)) expect(found).toContain(member.account.id)
        if (remote.length > 0 || !holders.some(({ isLocal }) => isLocal)) return
        for (const id of found) expect(members.find(({ account: a }) => a.id === id)?.isLocal).toBe(true)
      }),
    )
  })
})
