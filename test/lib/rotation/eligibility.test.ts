import { describe, expect, test } from 'vitest'
import type { Account } from '../../../src/lib/account/account.ts'
import { isAvailable, refusal } from '../../../src/lib/rotation/eligibility.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import type { RotationRequest } from '../../../src/lib/rotation/rotation-request.ts'
import { Ground, MINUTE, NOON, member } from './fixture.ts'

const MIDNIGHT = Date.parse('2026-11-23T00:00:00.000Z')

interface Case {
  when: string
  settings?: Partial<Account>
  own?: Partial<Member>
  request?: RotationRequest
  ground?: (ground: Ground) => void
  expected: object | null
}

function spentOfModel(ground: Ground): void {
  const limit = { metric: 'requests' as const, window: 'day', max: 2, remaining: 0, from: 'x-limit' }
  ground.apply({ type: 'learn', account: 'a', limits: [{ ...limit, model: 'qwen-small' }] })
}

const documents: Case[] = [
  { when: 'nothing is asked for', expected: null },
  { when: 'the account is disabled', settings: { enabled: false }, expected: { kind: 'disabled' } },
  { when: 'another user asks', request: { user: 'ann' }, expected: { kind: 'other-user' } },
  { when: 'its own user asks', request: { user: 'local' }, expected: null },
  { when: 'another account is pinned', request: { pin: 'b' }, expected: { kind: 'not-pinned' } },
  { when: 'it is pinned', request: { pin: 'a' }, expected: null },
  {
    when: 'the key allows others',
    request: { allowed: { accounts: ['b'], groups: ['team'] } },
    expected: { kind: 'not-allowed' },
  },
  { when: 'the key allows it', request: { allowed: { accounts: ['a'], groups: [] } }, expected: null },
  {
    when: 'the key allows its group',
    settings: { groups: ['team'] },
    request: { allowed: { accounts: [], groups: ['team'] } },
    expected: null,
  },
  {
    when: 'another provider is asked for',
    request: { provider: 'groq' },
    expected: { kind: 'other-provider' },
  },
  { when: 'a group is asked for', request: { group: 'team' }, expected: { kind: 'other-group' } },
  {
    when: 'its group is asked for',
    settings: { groups: ['team'] },
    request: { group: 'team' },
    expected: null,
  },
  { when: 'it lacks the dialect', request: { dialect: 'anthropic' }, expected: { kind: 'wrong-dialect' } },
  {
    when: 'it does not serve the model',
    own: { serves: () => false },
    request: { model: 'm' },
    expected: { kind: 'model-not-served' },
  },
  {
    when: 'its service surely lacks the route',
    own: { hasRoute: (path) => path !== '/embeddings' },
    request: { route: '/embeddings' },
    expected: { kind: 'no-such-route', words: 'its service has no /embeddings' },
  },
  { when: 'nobody knows of the route', request: { route: '/embeddings' }, expected: null },
  { when: 'nobody knows of the model', own: { serves: () => null }, request: { model: 'm' }, expected: null },
  {
    when: 'it has no credential',
    own: { hasCredential: false },
    expected: { kind: 'needs-login', availableAt: null },
  },
]

const ledger: Case[] = [
  {
    when: 'its credential was refused',
    ground: (ground) => ground.cool('a', null, { reason: 'auth-dead' }),
    expected: { kind: 'needs-login', availableAt: null },
  },
  {
    when: 'the account cools',
    ground: (ground) => ground.cool('a', NOON + MINUTE),
    expected: { kind: 'cooling', scope: 'account', reason: 'rate-short', availableAt: NOON + MINUTE },
  },
  { when: 'its cooldown ends this moment', ground: (ground) => ground.cool('a', NOON), expected: null },
  {
    when: 'the model cools and is asked for',
    request: { model: 'm' },
    ground: (ground) => ground.cool('a', NOON + MINUTE, { model: 'm' }),
    expected: { kind: 'cooling', scope: 'model', availableAt: NOON + MINUTE },
  },
  {
    when: 'another model cools',
    request: { model: 'other' },
    ground: (ground) => ground.cool('a', NOON + MINUTE, { model: 'm' }),
    expected: null,
  },
  {
    when: 'the endpoint cools and is asked for',
    request: { route: '/responses' },
    ground: (ground) => ground.cool('a', NOON + MINUTE, { model: 'route /responses' }),
    expected: { kind: 'cooling', scope: 'route', availableAt: NOON + MINUTE },
  },
  {
    when: 'another endpoint cools',
    request: { model: 'm', route: '/embeddings' },
    ground: (ground) => ground.cool('a', NOON + MINUTE, { model: 'route /responses' }),
    expected: null,
  },
  {
    when: 'its endpoint is out until a person acts',
    request: { route: '/responses' },
    ground: (ground) => ground.cool('a', null, { model: 'route /responses' }),
    expected: { kind: 'cooling', scope: 'route', availableAt: null },
  },
  {
    when: 'the cooldown of the endpoint ends this moment',
    request: { route: '/responses' },
    ground: (ground) => ground.cool('a', NOON, { model: 'route /responses' }),
    expected: null,
  },
  {
    when: 'its quota group cools',
    settings: { quotaGroup: 'org' },
    ground: (ground) => ground.cool('group:local:qwen/org', NOON + MINUTE),
    expected: { kind: 'cooling', scope: 'quota-group', availableAt: NOON + MINUTE },
  },
  {
    when: 'its provider cools',
    ground: (ground) => ground.cool('provider:qwen', NOON + MINUTE, { reason: 'overloaded' }),
    expected: { kind: 'cooling', scope: 'provider', reason: 'overloaded', availableAt: NOON + MINUTE },
  },
  {
    when: 'another base of its provider cools',
    settings: { baseUrl: 'http://127.0.0.1:9' },
    ground: (ground) => ground.cool('provider:qwen', NOON + MINUTE),
    expected: null,
  },
  {
    when: 'a limit is used up',
    ground: (ground) => ground.limit('a', '2/day', '9/minute').use('a', 2),
    expected: { kind: 'exhausted', limit: '2/day', availableAt: MIDNIGHT },
  },
  {
    when: 'a limit has one left',
    ground: (ground) => ground.limit('a', '2/day').use('a', 1),
    expected: null,
  },
  {
    when: 'two limits are used up, the one that lasts longer',
    ground: (ground) => ground.limit('a', '2/minute', '2/day').use('a', 2),
    expected: { kind: 'exhausted', limit: '2/day', availableAt: MIDNIGHT },
  },
  {
    when: 'its limit is 0, nothing but the user',
    ground: (ground) =>
      ground.apply({
        type: 'limits',
        account: 'a',
        limits: [{ metric: 'requests', window: '5h', max: 0, source: 'learned' }],
      }),
    expected: { kind: 'exhausted', limit: '0/5h', availableAt: null },
  },
  {
    when: 'a limit learned of another model is used up',
    request: { model: 'qwen-large' },
    ground: spentOfModel,
    expected: null,
  },
  {
    when: 'a limit learned of the model is used up',
    request: { model: 'qwen-small' },
    ground: spentOfModel,
    expected: {
      kind: 'exhausted',
      limit: '2/day',
      availableAt: MIDNIGHT,
      words: 'its limit 2/day of model qwen-small is used up: 2 of 2 used',
    },
  },
  {
    when: 'it cools shortly and is used up for long, the longer',
    ground: (ground) =>
      ground
        .limit('a', '1/day')
        .cool('a', NOON + MINUTE)
        .use('a'),
    expected: { kind: 'exhausted', availableAt: MIDNIGHT },
  },
  {
    when: 'its group cools longer than the account, the longer',
    settings: { quotaGroup: 'org' },
    ground: (ground) => ground.cool('a', NOON + MINUTE).cool('group:local:qwen/org', NOON + 2 * MINUTE),
    expected: { scope: 'quota-group', availableAt: NOON + 2 * MINUTE },
  },
]

describe.each([
  ['documents', documents],
  ['the ledger', ledger],
])('what %s refuse', (_, cases) => {
  test.each(cases)('when $when', ({ settings, own, request = {}, ground, expected }) => {
    const given = new Ground()
    ground?.(given)
    const subject = member('a', settings, own)
    const found = refusal(subject, request, given.view())
    if (expected === null) expect(found).toBeNull()
    else expect(found).toMatchObject(expected)
    expect(found?.words ?? 'none').not.toBe('')
  })
})

test.each(ledger)('when $when, isAvailable says the same', ({ settings, request = {}, ground, expected }) => {
  const given = new Ground()
  ground?.(given)
  expect(isAvailable(member('a', settings), request, given.view())).toBe(expected === null)
})

test.each(['openai', 'anthropic'] as const)(
  'when chat cools in one format, %s is judged by its own',
  (dialect) => {
    const both = member('a', {}, { dialects: new Set(['openai', 'anthropic']) })
    const view = new Ground().cool('a', NOON + MINUTE, { model: 'route /messages' }).view()
    const found = refusal(both, { model: 'm', dialect }, view)
    expect(found?.kind ?? null).toBe(dialect === 'anthropic' ? 'cooling' : null)
    expect(isAvailable(both, { model: 'm', dialect }, view)).toBe(found === null)
  },
)

test('when a cooldown has evidence, the words carry it', () => {
  const ground = new Ground()
  const until = new Date(NOON + MINUTE).toISOString()
  ground.apply({ type: 'cool', subject: 'a', until, reason: 'rate-short', evidence: 'slow down' })
  expect(refusal(member('a'), {}, ground.view())?.words).toContain('(slow down)')
})

test.each([
  ['2/minute', '2/day'],
  ['2/day', '2/minute'],
])('when %s and %s are both full, the account returns when the longer one has room', (...limits) => {
  const ground = new Ground().limit('a', ...limits)
  ground.use('a', 2)
  expect(refusal(member('a'), {}, ground.view())).toMatchObject({ kind: 'exhausted', availableAt: MIDNIGHT })
})
