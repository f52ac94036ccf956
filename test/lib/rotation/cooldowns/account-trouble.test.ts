import { describe, expect, test } from 'vitest'
import type { Account } from '../../../../src/lib/account/account.ts'
import { formatHeadersFault } from '../../../../src/lib/account/headers-fault.ts'
import {
  describeClosedLimit,
  describeLostCredential,
  describeRefusedCredential,
  describeTrouble,
  findTrouble,
} from '../../../../src/lib/rotation/cooldowns/account-trouble.ts'
import { formatClosed } from '../../../../src/lib/rotation/cooldowns/unusable-credential.ts'
import type { Refusal } from '../../../../src/lib/rotation/refusal.ts'
import { account } from '../fixture.ts'

const withKey = account('work')
const withLogin = account('work', {
  credential: { type: 'oauth', sealed: 'v1', hint: '…0000', expiresAt: null },
})
const withNothing = account('work', { credential: { type: 'none' } })
const lostKey = account('work', { credential: { type: 'none', lost: 'api-key' } })
const lostLogin = account('work', { credential: { type: 'none', lost: 'oauth' } })
const NEW_KEY = 'qwenctl accounts set qwen/work --key-stdin'
const NEW_LOGIN = 'qwenctl auth refresh qwen/work --login'

describe('a credential that the provider refuses', () => {
  test.each<[string, Account, string | null, string, string]>([
    ['a key', withKey, 'invalid key', 'its key is refused (invalid key)', NEW_KEY],
    ['a key, without words', withKey, null, 'its key is refused', NEW_KEY],
    ['a guess', withKey, 'guessed, no time was given; bad', 'its key is refused (bad)', NEW_KEY],
    ['only a guess', withKey, 'guessed, no time was given', 'its key is refused', NEW_KEY],
    ['a login', withLogin, null, 'its login has ended', NEW_LOGIN],
    ['no credential', withNothing, null, 'it has no key', NEW_KEY],
    ['a lost key', lostKey, 'bad', 'its key was lost with the old vault', NEW_KEY],
    ['a lost login', lostLogin, null, 'its login was lost with the old vault', NEW_LOGIN],
    [
      'a key that does not open',
      withKey,
      formatClosed('key', 'qwen/work', 'the vault is another'),
      'its key does not open: the vault is another',
      NEW_KEY,
    ],
    [
      'a plugin that fails',
      withKey,
      formatHeadersFault('no region'),
      formatHeadersFault('no region'),
      'qwenctl auth verify qwen/work',
    ],
  ])('%s: says so, and what to type', (_, of, evidence, words, fix) => {
    expect(describeRefusedCredential(of, evidence)).toEqual({ words, fix, isMoney: false })
  })

  test('only an account that lost its credential says so', () => {
    expect([withKey, withLogin, withNothing].map(describeLostCredential)).toEqual([null, null, null])
    expect(describeLostCredential(lostKey)).not.toBeNull()
  })
})

test('missing money is marked, and an account without a credential has nothing to verify', () => {
  expect(describeTrouble('no-credit', withKey)).toMatchObject({
    isMoney: true,
    fix: 'qwenctl auth verify qwen/work',
  })
  expect(describeTrouble('no-credit', withNothing)).toMatchObject({
    isMoney: true,
    fix: 'qwenctl quota reset qwen/work --cooldowns',
  })
  expect(describeTrouble('held', withKey).isMoney).toBe(false)
})

test('the command names the user of an account that is not local', () => {
  expect(describeTrouble('disabled', account('work', { user: 'ann' })).fix).toContain('ann')
})

test('a closed limit is raised beside the others, and a learned one is forgotten', () => {
  const limited = account('work', { limits: ['0/day', '5/minute'] })
  expect(describeClosedLimit(limited, '0/day', 'closed')).toEqual({
    words: 'closed',
    fix: 'qwenctl accounts set qwen/work --limit MAX/day --limit 5/minute',
    isMoney: false,
  })
  expect(describeClosedLimit(withKey, '0/day', 'closed').fix).toBe('qwenctl quota reset qwen/work --learned')
})

describe('the trouble behind a refusal', () => {
  const cooling = (more: object): Refusal => ({
    kind: 'cooling',
    scope: 'account',
    reason: 'quota-hard',
    evidence: null,
    words: 'it waits',
    availableAt: null,
    ...more,
  })
  const find = (refusal: object) => findTrouble(withKey, refusal as Refusal)

  test('is none where time ends the refusal, or where the request is the reason', () => {
    expect(find(cooling({ availableAt: 1 }))).toBeNull()
    expect(find({ kind: 'disabled', words: 'x', availableAt: null })).toBeNull()
    expect(find({ kind: 'exhausted', limit: '0/day', words: 'x', availableAt: 5 })).toBeNull()
  })

  test('is the credential, whenever that is missing or dead', () => {
    const missing = { kind: 'needs-login', evidence: null, words: 'x', availableAt: 5 }
    expect(find(missing)?.fix).toBe(NEW_KEY)
    expect(find(cooling({ reason: 'auth-dead', evidence: 'bad' }))?.words).toBe('its key is refused (bad)')
  })

  test('is money, of one model where the cooldown is of one', () => {
    expect(find(cooling({}))).toMatchObject({ isMoney: true })
    expect(find(cooling({}))?.words).not.toContain('for this model')
    expect(find(cooling({ scope: 'model', evidence: 'pay' }))?.words).toMatch(/ for this model \(pay\)$/)
  })

  test.each(['exhausted', 'reserved'])('is a limit that leaves nothing (%s)', (kind) => {
    expect(find({ kind, limit: '0/day', words: 'closed', availableAt: null })?.fix).toContain('--learned')
  })

  test('is a cooldown that waits for a person, in its own words', () => {
    expect(find(cooling({ reason: 'unreachable' }))).toEqual({
      words: 'it waits',
      fix: 'qwenctl quota reset qwen/work --cooldowns',
      isMoney: false,
    })
  })
})
