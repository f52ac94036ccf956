import { expect, test } from 'vitest'
import { Turnover, formatUntil } from '../../../src/lib/terminal/proxy/rotation-messages.ts'
import type { Account } from '../../../src/lib/account/account.ts'
import type { Standing } from '../../../src/lib/toolkit/accounts/account-status.ts'
import { accountRecord } from '../../support/account-record.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const MIDNIGHT = NOON + 12 * 3_600_000
const READY: Standing = { status: 'ready', reason: null, availableAt: null, fix: null }
const USED_UP: Standing = {
  status: 'exhausted',
  reason: '5/day is used up',
  availableAt: MIDNIGHT,
  fix: null,
}

const [work, home, spare] = ['work', 'home', 'spare'].map((name) => makeAccount(name)) as [
  Account,
  Account,
  Account,
]

function makeAccount(name: string, provider = 'custom'): Account {
  return accountRecord({ id: `acc_${provider}_${name}`, name, provider })
}

/** Notes attempts of these accounts in turn; `standings` may be changed between. */
function given(standings: Map<string, Standing> = new Map()) {
  const turnover = new Turnover(({ id }) => standings.get(id) ?? READY)
  return {
    standings,
    turnover,
    note: (account: Account, outcome: 'ok' | 'rate-short' = 'ok', now = NOON) =>
      turnover.note({ account, outcome }, now),
  }
}

test('when accounts take turns and all can serve, there is nothing to tell', () => {
  const { note } = given()
  expect([work, home, work, spare, home].flatMap((account) => note(account))).toEqual([])
})

test('when an account is used up and the next takes over, one message says so in words', () => {
  const { standings, note } = given()
  expect(note(work)).toEqual([])
  standings.set(work.id, USED_UP)
  expect(note(home)).toEqual(['work is used up until 00:00 UTC; home takes over'])
  expect(note(home)).toEqual([])
})

test('when answers of the account that is out still come in, no message comes twice', () => {
  const { standings, note } = given()
  note(work)
  standings.set(work.id, USED_UP)
  expect([home, work, home, work, spare].flatMap((account) => note(account))).toHaveLength(1)
})

test('when the account serves again, a message says so, and its next end as well', () => {
  const { standings, note } = given()
  note(work)
  standings.set(work.id, USED_UP)
  note(home)
  standings.delete(work.id)
  expect(note(work)).toEqual(['work is back'])
  standings.set(work.id, { ...USED_UP, availableAt: MIDNIGHT + 86_400_000, fix: null })
  expect(note(home)).toEqual(['work is used up until 2026-11-24 00:00 UTC; home takes over'])
})

test.each<[Standing, string]>([
  [
    { status: 'cooling', reason: 'rate limited by the provider', availableAt: NOON + 20_000, fix: null },
    'work is in cooldown for 20 s: rate limited by the provider; home takes over',
  ],
  [
    { status: 'needs-login', reason: 'the provider refuses its credential', availableAt: null, fix: null },
    'work is in cooldown: the provider refuses its credential; home takes over',
  ],
  [
    { status: 'exhausted', reason: 'no credit', availableAt: null, fix: null },
    'work is used up; home takes over',
  ],
])('when the account before is %j, says why it does not continue', (standing, words) => {
  const { standings, note } = given()
  note(work, 'rate-short')
  standings.set(work.id, standing)
  expect(note(home)).toEqual([words])
})

test('when both accounts have one name, their providers tell them apart', () => {
  const { standings, note } = given()
  note(work)
  standings.set(work.id, USED_UP)
  expect(note(makeAccount('work', 'openai'))).toEqual([
    'custom/work is used up until 00:00 UTC; openai/work takes over',
  ])
})

test.each([
  [NOON + 45_000, 'for 45 s'],
  [NOON + 9 * 60_000, 'for 9 min'],
  [NOON + 90 * 60_000 + 1, 'until 13:31 UTC'],
  [MIDNIGHT, 'until 00:00 UTC'],
  [MIDNIGHT + 86_400_000, 'until 2026-11-24 00:00 UTC'],
])('until %d reads "%s"', (at, words) => {
  expect(formatUntil(at, NOON)).toBe(words)
})

test('when no account is left, one message names the first to return, and another comes after something was answered', () => {
  const { turnover, note } = given()
  const out = { code: 'quota_exhausted', message: '', returns: { member: { account: work }, at: MIDNIGHT } }
  const words = 'every account is out; work is back first, at 00:00 UTC'
  expect([1, 2, 3].map((seconds) => turnover.refused(out, NOON + seconds * 1000))).toEqual([
    words,
    null,
    null,
  ])
  note(home)
  expect(turnover.refused(out, NOON)).toBe(words)
  const soon = { ...out, returns: { ...out.returns, at: NOON + 30_000 } }
  expect(turnover.refused(soon, NOON)).toBe('every account is out; work is back first, in 30 s')
})

test('an answer that was under way does not repeat the message that all are out', () => {
  const { standings, turnover, note } = given()
  const out = {
    code: 'rate_limit_exceeded',
    message: 'out',
    returns: { member: { account: work }, at: MIDNIGHT },
  }
  standings.set(work.id, USED_UP)
  expect(turnover.refused(out, NOON)).not.toBeNull()
  note(work)
  expect(turnover.refused(out, NOON)).toBeNull()
  standings.set(work.id, READY)
  note(work)
  expect(turnover.refused(out, NOON)).not.toBeNull()
})

test('when a request is refused for another reason, one message has the reason, without control characters', () => {
  const { turnover } = given()
  const refusal = {
    code: 'model_not_found',
    message: 'no account serves the model m\u001b[2J9',
    returns: null,
  }
  expect([1, 2].map(() => turnover.refused(refusal, NOON))).toEqual([
    'no account serves the model m\ufffd[2J9',
    null,
  ])
})
