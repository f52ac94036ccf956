import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  allowedBy,
  allowsModel,
  everyAccount,
  findJobOfKey,
  isInScope,
  isUseRecorded,
  mayServe,
} from '../../../src/lib/account/client-key.ts'

test.each([
  [[], null, true],
  [['*'], null, false],
  [['gpt-5'], 'gpt-5', true],
  [['gpt-5'], 'gpt-5-mini', false],
  [['qwen*'], 'qwen3-coder', true],
  [['*coder'], 'qwen3-coder', true],
  [['*mini*'], 'gpt-5-mini-2026', true],
  [['q*3*coder'], 'qwen3-coder', true],
  [['q*3*coder'], 'qwen-coder', false],
  [['a*b*b*c'], 'abc', false],
  [['ab*ba'], 'aba', false],
  [['x', 'qwen*'], 'qwen3', true],
])('a key for the models %j, asked for %j: %s', (models, model, isAllowed) => {
  expect(allowsModel({ models }, model)).toBe(isAllowed)
})

test('a pattern allows what the same pattern with ".*" for "*" matches, and nothing else', () => {
  const letters = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 8 })
  fc.assert(
    fc.property(letters('ab*'), letters('ab'), (pattern, model) => {
      const isMatch = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(model)
      expect(allowsModel({ models: [pattern] }, model)).toBe(isMatch)
    }),
    { numRuns: 1000 },
  )
})

describe('the accounts that a key may use', () => {
  const groups = fc.subarray(['cheap', 'fast'])
  const accounts = fc.record({
    id: fc.constantFrom('acc_1', 'acc_2'),
    user: fc.constantFrom('local', 'alice'),
    groups,
  })
  const keys = fc.record({
    user: fc.constantFrom(null, 'local', 'alice'),
    accounts: fc.subarray(['acc_1', 'acc_2']),
    groups,
  })

  test('are those of its user that it names by id or by group, or all of its user if it names none', () => {
    fc.assert(
      fc.property(keys, accounts, (key, account) => {
        const isOfUser = key.user === null || key.user === account.user
        const namesAny = key.accounts.length + key.groups.length > 0
        const isNamed =
          key.accounts.includes(account.id) || key.groups.some((one) => account.groups.includes(one))
        expect(mayServe(key, account)).toBe(isOfUser && (!namesAny || isNamed))
      }),
      { numRuns: 300 },
    )
  })

  test('are all for a client without a key', () => {
    expect(isInScope(everyAccount, { id: 'acc_1', user: 'alice', groups: [] })).toBe(true)
  })

  test.each([
    [[], [], null],
    [['acc_1'], [], { accounts: ['acc_1'], groups: [] }],
    [[], ['cheap'], { accounts: [], groups: ['cheap'] }],
  ])('named by the ids %j and the groups %j, are bounded to %j', (ids, names, allowed) => {
    expect(allowedBy({ accounts: ids, groups: names })).toEqual(allowed)
  })
})

const ofJob = 'key_job_0123456789abcdef_AbCdEfGh'

test.each([
  [ofJob, 'job_0123456789abcdef'],
  ['key_AbCdEfGh01234567', null],
  ['key_job_0123456789abcde_AbCdEfGh', null],
  ['key_job_0123456789abcdeg_AbCdEfGh', null],
  [`x${ofJob}`, null],
])('the key %s is of the job %s', (id, job) => {
  expect(findJobOfKey(id)).toBe(job)
})

describe('the ledger records the use of a key', () => {
  const lasting = { id: 'key_AbCdEfGh01234567', limits: [], isTemporary: false, expiresAt: null }
  const soon = '2026-11-30T12:00:00.000Z'

  test.each([
    ['that a person made', lasting, true],
    ['that a person made to expire', { ...lasting, expiresAt: soon }, true],
    ['that setup made', { ...lasting, isTemporary: true }, true],
    ['of a single command', { ...lasting, isTemporary: true, expiresAt: soon }, false],
    [
      'of a single command, with a limit',
      { ...lasting, isTemporary: true, expiresAt: soon, limits: ['5/day'] },
      true,
    ],
    ['of a job', { ...lasting, id: ofJob }, false],
    ['of a job, with a limit', { ...lasting, id: ofJob, limits: ['5/day'] }, true],
  ])('%s', (_, key, isRecorded) => {
    expect(isUseRecorded(key)).toBe(isRecorded)
  })
})
