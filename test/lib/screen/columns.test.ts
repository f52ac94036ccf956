// The numbers of the tables in `top`: each cell against a plain calculation from the document.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinLine } from '../../../src/lib/screen/line.ts'
import { requestLine } from '../../../src/lib/screen/request-line.ts'
import { accountColumns, drawnAccount } from '../../../src/lib/screen/view/account-columns.ts'
import { formatCost } from '../../../src/lib/screen/view/header-view.ts'
import { formatTook, requestColumns } from '../../../src/lib/screen/view/request-columns.ts'
import type { AccountQuotaView } from '../../../src/lib/toolkit/views.ts'
import { account, limit, NOW, requestEntry, timeAt } from './given-state.ts'

const HOUR = 3_600_000
const look = { unicode: false }

/** The cells of an account by their headers; the numbers beside the gauge have no header. */
function accountCells(view: AccountQuotaView): Record<string, string> {
  const columns = accountColumns([view], look)
  return Object.fromEntries(
    columns.map(({ header, most, cell }) => [
      header === '' ? 'COUNT' : header,
      joinLine(cell(drawnAccount(view, NOW, false), most)).trim(),
    ]),
  )
}

function requestCells(over: Record<string, unknown>): Record<string, string> {
  const line = requestLine(requestEntry(over), 1)
  if (line?.kind !== 'request') throw new Error('no request')
  return Object.fromEntries(
    requestColumns([line]).map(({ header, most, cell }) => [
      header,
      joinLine(cell({ line, isSelected: false }, most)).trim(),
    ]),
  )
}

const today = {
  requests: 12,
  succeeded: 10,
  failed: 2,
  attempted: 12,
  answered: 10,
  unreached: 0,
  inputTokens: 34,
  outputTokens: 56,
  estimatedTokens: 0,
  costUsd: 1.5,
}

test('a row of accounts has each number in its own column', () => {
  const view = account('a', {
    today,
    lastUsedAt: timeAt(-3 * HOUR),
    limits: [limit({ max: 200, used: 78, resetsAt: timeAt(5 * HOUR) })],
  })
  expect(accountCells(view)).toMatchObject({
    ACCOUNT: 'acme/a',
    STATUS: 'ready',
    LIMIT: 'day',
    COUNT: '78/200',
    LEFT: '122',
    RESETS: '5h',
    TODAY: '12',
    IN: '34',
    OUT: '56',
    COST: '$1.50',
    'USED LAST': '3h ago',
    WHY: '',
  })
})

test('unknown is a dash or empty, and never a number', () => {
  const view = account('a', { limits: [], today: { ...today, costUsd: null } })
  expect(accountCells(view)).toMatchObject({
    LIMIT: 'none',
    USED: '',
    COUNT: '',
    LEFT: '–',
    RESETS: '–',
    COST: '–',
    'USED LAST': 'never',
  })
})

test('of several limits the row shows the one with the smallest share left, with all numbers of that one', () => {
  const share = fc.record({ max: fc.integer({ min: 1, max: 999 }), part: fc.integer({ min: 0, max: 999 }) })
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 5 }), (shares) => {
      const limits = shares.map(({ max, part }) => limit({ max, used: Math.min(max, part) }))
      const least = Math.min(...limits.map(({ max, used }) => (max - used) / max))
      const cells = accountCells(account('a', { limits }))
      const [used, max] = (cells['COUNT'] ?? '').split('/').map(Number) as [number, number]
      expect((max - used) / max).toBe(least)
      expect(Number(cells['LEFT'])).toBe(max - used)
    }),
  )
})

test.each([
  [{ status: 'cooling', availableAt: timeAt(90_000) }, /^cooling 90s$/],
  [{ status: 'exhausted', availableAt: timeAt(90_000) }, /^exhausted$/],
  [{ status: 'ready', restingModels: ['m1', 'm2'] }, /^ready, 2 out$/],
] as const)('the status of %j is %s', (over, shown) => {
  expect(accountCells(account('a', over as Partial<AccountQuotaView>))['STATUS']).toMatch(shown)
})

test('a row of requests has each number in its own column', () => {
  const cells = requestCells({
    status: 429,
    outcome: 'rate-short',
    attempts: 3,
    tried: ['acme/b overloaded', 'acme/c timeout', 'acme/a rate-short'],
    latencyMs: 1240,
    firstByteMs: 48,
    inputTokens: 1204,
    outputTokens: 7,
    clientKey: 'ci',
  })
  expect(cells).toMatchObject({
    ACCOUNT: 'acme/a',
    MODEL: 'm1',
    OUTCOME: '×3 rate limited 429',
    TOOK: '1.24s',
    FIRST: '48ms',
    TOKENS: '1204+7',
    KEY: 'ci',
    AFTER: 'acme/b overloaded, acme/c no answer in time',
  })
  expect(cells['TIME']).toMatch(/^\d\d:\d\d:\d\d$/)
})

test('a request without tokens, model, account and times shows dashes and its route', () => {
  const unknown = { account: null, model: null, latencyMs: null, firstByteMs: null, inputTokens: null }
  expect(requestCells({ ...unknown, outputTokens: null, tried: [] })).toMatchObject({
    ACCOUNT: '/v1/chat/completions',
    MODEL: '–',
    TOOK: '–',
    FIRST: '–',
    TOKENS: '–',
  })
  expect(requestCells({ inputTokens: null, outputTokens: 5 })['TOKENS']).toBe('?+5')
})

test.each([
  [0, '0ms'],
  [999.4, '999ms'],
  [999.6, '1.00s'],
  [9_994, '9.99s'],
  [9_996, '10.0s'],
  [999_900, '999.9s'],
  [1_000_000, '1000s'],
])('%d ms took %s', (ms, shown) => {
  expect(formatTook(ms)).toBe(shown)
})

test('the time of a request never takes more than its six cells, and is off by less than its last digit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 99_000_000, noNaN: true }), (ms) => {
      const shown = formatTook(ms)
      expect(shown.length).toBeLessThanOrEqual(6)
      const [, number = '', unit = ''] = /^([\d.]+)(ms|s)$/.exec(shown) ?? []
      const decimals = number.split('.')[1]?.length ?? 0
      const scale = unit === 'ms' ? 1 : 1000
      expect(Math.abs(Number(number) * scale - ms)).toBeLessThanOrEqual((scale / 10 ** decimals) * 0.5001)
    }),
  )
})

test.each([
  [0, '$0.00'],
  [0.0042, '$0.0042'],
  [0.1, '$0.10'],
  [99.994, '$99.99'],
  [1234.4, '$1234'],
])('%d dollars are %s', (usd, shown) => {
  expect(formatCost(usd)).toBe(shown)
})
