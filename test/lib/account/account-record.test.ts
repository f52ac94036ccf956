import { expect, test } from 'vitest'
import { accountRecordProblem } from '../../../src/lib/account/account-record.ts'
import { accountRecord } from '../../support/account-record.ts'

test.each([
  accountRecord(),
  accountRecord({ credential: { type: 'none' } }),
  accountRecord({ credential: { type: 'oauth', sealed: 'x', hint: '', expiresAt: null } }),
  accountRecord({
    limits: ['2000/day'],
    models: [],
    groups: ['a', 'b'],
    quotaGroup: 'org',
    baseUrl: 'https://a',
  }),
  accountRecord({ egressProxy: { sealed: 'x', shown: 'http://a:…@b' }, weight: 2.5, priority: -1 }),
  accountRecord({ credential: { type: 'none', lost: 'api-key' } }),
  accountRecord({ credential: { type: 'none', lost: 'oauth' } }),
  { ...accountRecord(), label: null, anthropicBaseUrl: null, service: undefined },
  { ...accountRecord(), label: 'Work (billed)', anthropicBaseUrl: 'https://a', service: 'search' },
  { ...accountRecord(), provider: 'a'.repeat(64), weight: 1, authHeader: 'Authorization: Bearer {key}' },
  { ...accountRecord(), addedByHand: 'a note' },
])('for a sound record, finds nothing (%#)', (record) => {
  expect(accountRecordProblem(record)).toBeNull()
})

test.each([
  [null, 'must be an object'],
  [[], 'must be an object'],
  [{}, 'id must be an id'],
  [{ ...accountRecord(), id: 'work' }, 'id must be an id'],
  [{ ...accountRecord(), id: 'acc_../..' }, 'id must be an id'],
  [{ ...accountRecord(), name: '../../etc' }, 'name may only have'],
  [{ ...accountRecord(), user: 7 }, 'user must be a text'],
  [{ ...accountRecord(), provider: 'a/b' }, 'provider must be'],
  [{ ...accountRecord(), groups: 'team' }, 'groups must be a list'],
  [{ ...accountRecord(), groups: ['a b'] }, 'groups has an entry that may only have'],
  [{ ...accountRecord(), priority: '1' }, 'priority must be a whole number'],
  [{ ...accountRecord(), priority: 1.5 }, 'priority must be a whole number'],
  [{ ...accountRecord(), weight: 0 }, 'weight must be'],
  [{ ...accountRecord(), weight: 0.99 }, 'weight must be'],
  [{ ...accountRecord(), weight: Infinity }, 'weight must be'],
  [{ ...accountRecord(), weight: '2' }, 'weight must be'],
  [{ ...accountRecord(), id: 'my_acc_1' }, 'id must be an id'],
  [{ ...accountRecord(), id: 7 }, 'id must be an id'],
  [{ ...accountRecord(), name: 7 }, 'name must be a text'],
  [{ ...accountRecord(), provider: 'a'.repeat(65) }, 'provider must be'],
  [{ ...accountRecord(), provider: '-a' }, 'provider must be'],
  [{ ...accountRecord(), provider: 'Qwen' }, 'provider must be'],
  [{ ...accountRecord(), provider: 7 }, 'provider must be'],
  [{ ...accountRecord(), credential: { type: 7 } }, 'credential must have a type'],
  [{ ...accountRecord(), credential: { type: 'api-key', sealed: 'x', hint: 7 } }, 'credential hint must be'],
  [{ ...accountRecord(), label: ' ' }, 'label is empty'],
  [{ ...accountRecord(), egressProxy: { sealed: 'x' } }, 'egressProxy shown must be a text'],
  [{ ...accountRecord(), createdAt: 7 }, 'createdAt must be a time'],
  [{ ...accountRecord(), enabled: 'yes' }, 'enabled must be true or false'],
  [{ ...accountRecord(), credential: null }, 'credential must have a type'],
  [{ ...accountRecord(), credential: { type: 'toString' } }, 'credential must have a type'],
  [{ ...accountRecord(), credential: { type: 'api-key', hint: '' } }, 'credential sealed must be a text'],
  [
    { ...accountRecord(), credential: { type: 'oauth', sealed: 'x', hint: '', expiresAt: 5 } },
    'credential expiresAt',
  ],
  [
    { ...accountRecord(), credential: { type: 'none', lost: 'all' } },
    'credential lost must be api-key or oauth',
  ],
  [{ ...accountRecord(), label: 7 }, 'label must be a text'],
  [{ ...accountRecord(), baseUrl: '' }, 'baseUrl must be a text'],
  [{ ...accountRecord(), anthropicBaseUrl: 7 }, 'anthropicBaseUrl must be a text'],
  [{ ...accountRecord(), service: 'a b' }, 'service may only have'],
  [{ ...accountRecord(), limits: [5] }, 'limits has an entry'],
  [{ ...accountRecord(), egressProxy: 'http://a' }, 'egressProxy must be an object'],
  [{ ...accountRecord(), models: undefined }, 'models must be a list'],
  [{ ...accountRecord(), createdAt: 'yesterday' }, 'createdAt must be a time'],
])('for an unsound record, names the field (%#)', (record, problem) => {
  expect(accountRecordProblem(record)).toContain(problem)
})
