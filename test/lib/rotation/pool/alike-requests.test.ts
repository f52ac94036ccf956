import { expect, test } from 'vitest'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import type { RotationRequest } from '../../../../src/lib/rotation/rotation-request.ts'
import { pickFirst, Ground, member } from '../fixture.ts'

const accounts = [
  member('plain'),
  member('of-ann', { user: 'ann' }),
  member('grouped', { groups: ['night'] }),
  member('messages', {}, { dialects: new Set(['anthropic']) }),
  member('elsewhere', { provider: 'acme' }),
]
const build = () => new Pool(accounts, { strategy: 'fill-first', affinity: false })

const requests: [differs: string, request: RotationRequest, first: string][] = [
  ['nothing', { model: 'm', dialect: 'openai' }, 'plain'],
  ['the user', { model: 'm', dialect: 'openai', user: 'ann' }, 'of-ann'],
  ['the group', { model: 'm', dialect: 'openai', group: 'night' }, 'grouped'],
  ['the format', { model: 'm', dialect: 'anthropic' }, 'messages'],
  ['the provider', { model: 'm', dialect: 'openai', provider: 'acme' }, 'elsewhere'],
  [
    'the accounts of its key',
    { model: 'm', dialect: 'openai', allowed: { accounts: ['grouped'], groups: [] } },
    'grouped',
  ],
]

test.each(requests)(
  'a request that differs in %s gets its own accounts after any other',
  (_, request, first) => {
    for (const [, before] of requests) {
      const pool = build()
      const view = new Ground().view()
      pickFirst(pool, before, view)
      expect(pickFirst(pool, request, view)).toBe(first)
    }
  },
)
