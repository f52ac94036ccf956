import { expect, test } from 'vitest'
import { accountRecordProblem } from '../../../src/lib/account/account-record.ts'
import {
  fullReference,
  plainAccount,
  providerSubject,
  quotaGroupSubject,
  shortReference,
} from '../../../src/lib/account/account.ts'
import { accountRecord } from '../../support/account-record.ts'

test('a new account takes part at once, in the first tier, with one share and no bounds of its own', () => {
  const account = plainAccount({
    id: 'acc_1',
    user: 'local',
    provider: 'qwen',
    name: 'work',
    createdAt: '2026-11-22T00:00:00.000Z',
  })
  expect(accountRecordProblem(account)).toBeNull()
  expect(account).toMatchObject({
    enabled: true,
    priority: 0,
    weight: 1,
    groups: [],
    limits: null,
    models: null,
    credential: { type: 'none' },
    updatedAt: account.createdAt,
  })
})

test('a reference names the user only where it is not the default one; the full one always does', () => {
  const [own, other] = [accountRecord({ name: 'work' }), accountRecord({ name: 'work', user: 'alice' })]
  expect([own, other].map(shortReference)).toEqual(['qwen/work', 'alice:qwen/work'])
  expect([own, other].map(fullReference)).toEqual(['local:qwen/work', 'alice:qwen/work'])
})

test('accounts share the cooldowns of a quota group if user, provider and group are the same', () => {
  const given = { quotaGroup: 'org' }
  const subjects = [
    given,
    { ...given, user: 'alice' },
    { ...given, provider: 'openai' },
    { quotaGroup: 'team' },
  ].map((each) => quotaGroupSubject(accountRecord(each)))
  expect(new Set(subjects).size).toBe(4)
  expect(quotaGroupSubject(accountRecord({ ...given, name: 'another' }))).toBe(subjects[0])
  expect(quotaGroupSubject(accountRecord({ quotaGroup: null }))).toBeNull()
})

test('accounts share the troubles of a provider if they reach the same base by the same route', () => {
  const proxy = { sealed: 'x', shown: 'http://proxy.test' }
  const subjects = [
    {},
    { baseUrl: 'http://127.0.0.1:9' },
    { egressProxy: proxy },
    { provider: 'openai' },
  ].map((each) => providerSubject(accountRecord(each)))
  expect(new Set(subjects).size).toBe(4)
  expect(providerSubject(accountRecord({ user: 'alice', name: 'another' }))).toBe(subjects[0])
  expect(providerSubject(accountRecord({ egressProxy: { ...proxy, sealed: 'y' } }))).toBe(subjects[2])
})
