import { describe, expect, test } from 'vitest'
import type { Account } from '../../../../src/lib/account/account.ts'
import { cooldownWords } from '../../../../src/lib/quota/cooldown-words.ts'
import type { LedgerEvent, OutcomeClass } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { accountViews, quotaDocument } from '../../../../src/lib/toolkit/quota/quota-view.ts'
import type { AccountQuotaView } from '../../../../src/lib/toolkit/views.ts'
import { NOON } from '../temporary-home.ts'

const AT = new Date(NOON).toISOString()
const LATER = '2026-11-22T12:10:00.000Z'
const MIDNIGHT = '2026-11-23T00:00:00.000Z'

function account(overrides: Partial<Account> = {}): Account {
  return {
    id: 'acc_a',
    user: 'local',
    provider: 'acme',
    name: 'work',
    groups: [],
    priority: 0,
    weight: 1,
    enabled: true,
    credential: { type: 'api-key', sealed: 'v1.x', hint: 'sk-…f3a9' },
    limits: null,
    baseUrl: null,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    createdAt: AT,
    updatedAt: AT,
    ...overrides,
  }
}

function fold(...events: LedgerEvent[]): LedgerState {
  const state = emptyState()
  for (const event of events) apply(state, event)
  return state
}

const limits = (id: string, ...rows: [max: number, window: string, metric?: 'tokens'][]): LedgerEvent => ({
  type: 'limits',
  account: id,
  at: AT,
  limits: rows.map(([max, window, metric]) => ({
    metric: metric ?? 'requests',
    window,
    max,
    source: 'configured',
  })),
})
const reserve = (id: string, owner = 'acc_a', at = AT): LedgerEvent => ({
  type: 'reserve',
  id,
  account: owner,
  at,
})
const settle = (id: string): LedgerEvent => ({
  type: 'settle',
  id,
  at: AT,
  outcome: 'ok',
  inputTokens: 900,
  outputTokens: 310,
})
const cool = (subject: string, change: Partial<Extract<LedgerEvent, { type: 'cool' }>>): LedgerEvent => ({
  type: 'cool',
  subject,
  at: AT,
  until: LATER,
  reason: 'rate-short',
  ...change,
})

function view(state: LedgerState, of: Account = account(), isAlive = true): AccountQuotaView {
  const document = quotaDocument({ accounts: [of], state, now: NOON, isAlive: () => isAlive })
  return document.accounts[0] as AccountQuotaView
}

describe('the status of an account', () => {
  const full = [limits('acc_a', [1, 'day']), reserve('w-1')]
  const grouped = account({ quotaGroup: 'org' })
  const expired = account({ credential: { type: 'oauth', sealed: 'v1.x', hint: '…', expiresAt: AT } })
  const refused = cool('acc_a', { reason: 'auth-dead', until: null })

  const cases: [string, LedgerEvent[], Account, string, string | null, string | null][] = [
    ['nothing is known of it', [], account(), 'ready', null, null],
    [
      'it is disabled, whatever else holds',
      [refused],
      account({ enabled: false }),
      'disabled',
      'disabled',
      null,
    ],
    ['its key was refused', [...full, refused], account(), 'key-refused', 'its key is refused', null],
    ['its login has ended', [...full, refused], expired, 'needs-login', 'its login has ended', null],
    [
      'its login is past, and can be renewed',
      [],
      account({
        credential: { type: 'oauth', sealed: 'v1.x', hint: '…', expiresAt: AT, renewable: true },
      }),
      'ready',
      null,
      null,
    ],
    ['its login is past', full, expired, 'expired', 'its login has expired', null],
    ['a limit is full', full, account(), 'exhausted', '1/day is used up', MIDNIGHT],
    [
      'two limits are full',
      [limits('acc_a', [1, 'day'], [1, 'minute']), reserve('w-1')],
      account(),
      'exhausted',
      '1/day and 1/minute are used up',
      MIDNIGHT,
    ],
    [
      'the provider says its window is used up',
      [cool('acc_a', { reason: 'quota-window' })],
      account(),
      'exhausted',
      'the provider says its quota is used up',
      LATER,
    ],
    [
      'its credit is gone',
      [cool('acc_a', { reason: 'quota-hard', until: null })],
      account(),
      'no-credit',
      'the provider says there is no credit or quota left',
      null,
    ],
    ['it is rate limited', [cool('acc_a', {})], account(), 'cooling', 'rate limited by the provider', LATER],
    [
      'its quota group is rate limited',
      [cool('group:local:acme/org', {})],
      grouped,
      'cooling',
      'rate limited by the provider (quota group org)',
      LATER,
    ],
    [
      'a limit is full and it is rate limited beyond that',
      [limits('acc_a', [1, 'minute']), reserve('w-1'), cool('acc_a', {})],
      account(),
      'exhausted',
      '1/minute is used up',
      LATER,
    ],
    ['one of its models is rate limited', [cool('acc_a', { model: 'm' })], account(), 'ready', null, null],
    [
      'its provider is overloaded',
      [cool('provider:acme', { reason: 'overloaded' })],
      account(),
      'ready',
      null,
      null,
    ],
    ['a cooldown has ended', [cool('acc_a', { until: AT })], account(), 'ready', null, null],
  ]

  test.each(cases)('when %s', (_, events, of, status, statusReason, availableAt) => {
    expect(view(fold(...events), of)).toMatchObject({ status, statusReason, availableAt })
  })
})

describe('the command that brings an account back', () => {
  const findFix = (events: LedgerEvent[], of: Account = account()) => view(fold(...events), of).fix
  const cases: [string, string | null][] = [
    ['rate-short', null],
    ['quota-window', null],
    ['quota-hard', 'qwenctl auth verify acme/work'],
    ['auth-dead', 'qwenctl accounts set acme/work --key-stdin'],
  ]

  test.each(cases)('of %s is %s', (reason, fix) => {
    const until = fix === null ? LATER : null
    const found = findFix([cool('acc_a', { reason: reason as OutcomeClass, until })])
    expect(found).toBe(fix)
  })

  test('names the user of an account of another user', () => {
    const refused = cool('acc_a', { reason: 'auth-dead', until: null })
    expect(findFix([refused], account({ user: 'ann' }))).toBe(
      'qwenctl accounts set ann:acme/work --key-stdin',
    )
  })

  test('of an account without a key does not verify one', () => {
    const unpaid = cool('acc_a', { reason: 'quota-hard', until: null })
    const found = findFix([unpaid], account({ credential: { type: 'none' } }))
    expect(found).toBe('qwenctl quota reset acme/work --cooldowns')
  })

  test('of a limit of 0 raises that limit and keeps the others, and no time brings it back', () => {
    const of = account({ limits: ['0/day', '60/minute'] })
    const shown = view(fold(limits('acc_a', [0, 'day'], [60, 'minute'])), of)
    expect(shown).toMatchObject({ status: 'exhausted', availableAt: null })
    expect(shown.fix).toBe('qwenctl accounts set acme/work --limit MAX/day --limit 60/minute')
  })
})

describe('the limits of an account', () => {
  test('when requests are granted, settled or not, they are used, and those in flight are reserved', () => {
    const state = fold(limits('acc_a', [2000, 'day']), reserve('w-1'), reserve('w-2'), settle('w-1'))
    expect(view(state).limits).toEqual([
      {
        metric: 'requests',
        window: 'day',
        windowMs: 86_400_000,
        max: 2000,
        used: 2,
        reserved: 1,
        remaining: 1998,
        resetsAt: MIDNIGHT,
        source: 'configured',
        model: null,
        from: null,
        forecast: null,
        unpriced: false,
      },
    ])
    expect(view(state)).toMatchObject({ unsettled: 0, lastUsedAt: AT })
  })

  test('when two limits are for one window, the one that allows less is shown, with its source', () => {
    const learn = (max: number, window: string, model?: string): LedgerEvent => ({
      type: 'learn',
      account: 'acc_a',
      at: AT,
      limits: [
        { metric: 'requests', window, max, from: 'x-limit', ...(model === undefined ? {} : { model }) },
      ],
    })
    const set = limits('acc_a', [9, 'day'], [4, 'minute'])
    const state = fold(set, learn(5, 'day'), learn(7, 'minute'), learn(2, 'hour'), learn(1, 'day', 'small'))
    const shown = view(state).limits.map(({ max, window, source, from, model }) =>
      [max, window, source, from, model].join(' '),
    )
    expect(shown).toEqual([
      '5 day learned x-limit ',
      '4 minute configured  ',
      '2 hour learned x-limit ',
      '1 day learned x-limit small',
    ])
  })

  test('when a limit of one model is used up, the account is ready and its total is that of all models', () => {
    const learned = {
      metric: 'requests' as const,
      window: 'day',
      max: 1,
      remaining: 0,
      from: 'x',
      model: 'm',
    }
    const state = fold(limits('acc_a', [9, 'day']), {
      type: 'learn',
      account: 'acc_a',
      at: AT,
      limits: [learned],
    })
    expect(view(state)).toMatchObject({
      status: 'ready',
      limits: [{ remaining: 9 }, { remaining: 0, model: 'm' }],
    })
    const document = quotaDocument({ accounts: [account()], state, now: NOON, isAlive: () => true })
    expect(document.totals.remaining).toBe(9)
  })

  test('when the process of a reservation has ended, it stays used and shows as unsettled, not in flight', () => {
    const state = fold(limits('acc_a', [5, 'day']), reserve('w-1'))
    expect(view(state, account(), false)).toMatchObject({ limits: [{ used: 1, reserved: 0 }], unsettled: 1 })
  })

  test('when a rolling window has charges, it resets when the oldest leaves', () => {
    const early = '2026-11-22T11:59:30.000Z'
    const state = fold(
      { ...limits('acc_a', [5, 'minute']), at: early },
      reserve('w-1', 'acc_a', early),
      reserve('w-2'),
    )
    expect(view(state).limits).toMatchObject([{ used: 2, resetsAt: '2026-11-22T12:00:30.000Z' }])
  })

  test('when a window has not begun, nothing is said of its reset', () => {
    const state = fold(limits('acc_a', [5, '5h@first-use'], [5, '5h']))
    expect(view(state).limits).toMatchObject([{ resetsAt: null }, { resetsAt: null }])
  })
})

test('when cooldowns hold, each is listed with what it is of', () => {
  const state = fold(
    cool('acc_a', { model: 'm', evidence: 'slow down' }),
    cool('group:local:acme/org', { reason: 'quota-window' }),
    cool('provider:acme', { reason: 'overloaded', model: 'm' }),
  )
  expect(view(state, account({ quotaGroup: 'org' })).cooldowns).toEqual([
    {
      scope: 'account',
      model: 'm',
      reason: 'rate-short',
      words: cooldownWords['rate-short'],
      evidence: 'slow down',
      since: AT,
      until: LATER,
    },
    {
      scope: 'quota-group',
      model: null,
      reason: 'quota-window',
      words: cooldownWords['quota-window'],
      evidence: null,
      since: AT,
      until: LATER,
    },
    {
      scope: 'provider',
      model: 'm',
      reason: 'overloaded',
      words: cooldownWords.overloaded,
      evidence: null,
      since: AT,
      until: LATER,
    },
  ])
})

describe('the totals', () => {
  const three = [
    account(),
    account({ id: 'acc_b', name: 'b', enabled: false }),
    account({ id: 'acc_c', name: 'c' }),
    account({ id: 'acc_d', name: 'd' }),
  ]

  test('what remains adds the accounts that can serve, each by its tightest window of an hour or more', () => {
    const state = fold(
      limits('acc_a', [10, 'day'], [3, 'minute'], [1, 'day', 'tokens']),
      limits('acc_b', [50, 'day']),
      limits('acc_c', [7, 'day']),
      limits('acc_d', [1, 'day', 'tokens']),
      reserve('w-1'),
      reserve('w-2', 'acc_c'),
      settle('w-2'),
    )
    const document = quotaDocument({ accounts: three, state, now: NOON, isAlive: () => true })
    expect(document).toMatchObject({ now: AT, day: '2026-11-22' })
    expect(document.totals).toEqual({
      accounts: 4,
      ready: 3,
      requests: 2,
      remaining: 15,
      remainingMinute: 2,
      inputTokens: 900,
      outputTokens: 310,
    })
  })

  test.each<[string, Partial<Account>, LedgerEvent[]]>([
    ['disabled', { enabled: false }, []],
    ['cooling', {}, [cool('acc_a', {})]],
    ['exhausted by the provider', {}, [cool('acc_a', { reason: 'quota-hard', until: null })]],
    ['refused', {}, [cool('acc_a', { reason: 'auth-dead', until: null })]],
    ['expired', { credential: { type: 'oauth', sealed: 'v1.x', hint: 'x', expiresAt: AT } }, []],
    ['used up in its minute', {}, [limits('acc_a', [10, 'day'], [1, 'minute']), reserve('w-1')]],
  ])('an account that is %s adds 0, not what is left of its limits', (_, change, events) => {
    const state = fold(limits('acc_a', [10, 'day'], [5, 'minute']), ...events)
    const document = quotaDocument({ accounts: [account(change)], state, now: NOON, isAlive: () => true })
    expect(document.totals).toMatchObject({ ready: 0, remaining: 0, remainingMinute: 0 })
  })

  test('an account with models in cooldown is ready, and names them', () => {
    const state = fold(cool('acc_a', { model: 'm2' }), cool('provider:acme', { model: 'm1' }))
    expect(view(state)).toMatchObject({ status: 'ready', restingModels: ['m1', 'm2'] })
  })

  test('when no account has a request limit, what remains is unknown, not 0', () => {
    const document = quotaDocument({ accounts: three, state: emptyState(), now: NOON, isAlive: () => true })
    expect(document.totals.remaining).toBeNull()
  })
})

test('when accounts are listed, the record is shown without anything sealed', () => {
  const sealed = { sealed: 'v1.secret', shown: 'http://u:…@p.example' }
  const [shown] = accountViews({
    accounts: [account({ egressProxy: sealed })],
    state: emptyState(),
    now: NOON,
    isAlive: () => true,
    defaultAccount: 'acc_a',
  })
  expect(shown).toMatchObject({
    egressProxy: sealed.shown,
    isDefault: true,
    auth: { type: 'api-key', hint: 'sk-…f3a9' },
  })
  expect(JSON.stringify(shown)).not.toContain('v1.')
})
