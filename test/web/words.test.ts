import { expect, test, vi } from 'vitest'
import { amount, compact, count, latency, percent, usd } from '../../web/src/format/numbers.ts'
import { clock, clockSeconds, day, moment } from '../../web/src/format/times.ts'
import { planWindow } from '../../web/src/format/plan-window.ts'
import { accountName, limitShort, limitText, outcome, statusWords } from '../../web/src/format/words.ts'
import { formatHash, parseRoute } from '../../web/src/router.ts'
import type { Route } from '../../web/src/router.ts'
import { outcomeWords } from '../../src/lib/observe/outcome-words.ts'
import { madeLimit } from '../support/servers/fake-api-data.ts'

const now = Date.parse('2026-11-22T10:00:00.000Z')

test('what is not known is a dash, and never 0', () => {
  expect([count(null), compact(undefined), usd(null), latency(null)]).toEqual(['–', '–', '–', '–'])
  expect([count(0), compact(0), usd(0), latency(0)]).toEqual(['0', '0', '$0.00', '< 1 ms'])
})

test('numbers are whole as long as they fit, and small sums of money keep their digits', () => {
  expect([compact(9_999), compact(82_100), compact(1_240_000)]).toEqual(['9,999', '82.1K', '1.2M'])
  expect([usd(1.45), usd(0.0042), amount('usd', 1.79), amount('requests', 1988)]).toEqual([
    '$1.45',
    '$0.0042',
    '$1.79',
    '1,988',
  ])
})

test('times build no formatter of their own: a calendar shows thousands of them', () => {
  const built = (['toLocaleTimeString', 'toLocaleDateString', 'toLocaleString'] as const).map((name) =>
    vi.spyOn(Date.prototype, name),
  )
  const at = new Date(now).toISOString()
  const texts = [clock(at, now), clock(at, now + 86_400_000), clockSeconds(at), day(at), moment(at)]
  expect(built.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0])
  built.forEach((spy) => spy.mockRestore())
  const date = new Date(now)
  const hour = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  expect(texts).toEqual([
    hour,
    `${date.toLocaleDateString('en-GB', { weekday: 'short' })} ${hour}`,
    date.toLocaleTimeString('en-GB'),
    date.toLocaleDateString('en-GB', { dateStyle: 'medium' }),
    date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
  ])
})

test('a time that is not valid is a dash', () => {
  expect([clock('', now), clockSeconds('x'), day('x'), moment('')]).toEqual(['–', '–', '–', '–'])
})

test('a share that is not all of it never reads 100 %', () => {
  expect([percent(9_999, 10_000), percent(10, 10), percent(0, 0), percent(0, 4)]).toEqual([
    '99.9 %',
    '100 %',
    '–',
    '0 %',
  ])
})

test('an account is called without its user where that is the default one', () => {
  expect(accountName({ user: 'local', provider: 'qwen', name: 'work' })).toBe('qwen/work')
  expect(accountName({ user: 'alice', provider: 'qwen', name: 'work' })).toBe('alice:qwen/work')
})

test('a limit reads as it is typed, and short in tables', () => {
  const limit = madeLimit(now, 5, 'month', { metric: 'usd' })
  expect([limitText(limit), limitShort(limit)]).toEqual(['5usd/month', 'usd per month'])
  expect(limitText(madeLimit(now, 2000, 'day'))).toBe('2000/day')
})

test('every status has a word', () => {
  expect(Object.keys(statusWords)).toEqual([
    'ready',
    'cooling',
    'exhausted',
    'disabled',
    'needs-login',
    'key-refused',
    'no-key',
    'no-credit',
    'expired',
    'unreachable',
    'no-provider',
    'plugin-failed',
  ])
})

test.each<Route>([
  { view: 'accounts' },
  { view: 'account', id: 'acc_zf0e0nskxq53creb' },
  { view: 'add' },
  { view: 'compare', ids: ['acc_a', 'acc_b'] },
  { view: 'compare', ids: [] },
  { view: 'keys' },
  { view: 'live' },
  { view: 'history' },
  { view: 'jobs' },
  { view: 'archive' },
])('the address of %o leads back to it', (route) => {
  expect(parseRoute(formatHash(route))).toEqual(route)
})

test('an address that leads nowhere is known as such, and a broken one breaks nothing', () => {
  expect(parseRoute('#/nowhere')).toEqual({ view: 'unknown', path: 'nowhere' })
  expect(parseRoute('#/accounts/%E0%A4%A')).toEqual({ view: 'account', id: '%E0%A4%A' })
  expect(parseRoute('')).toEqual({ view: 'accounts' })
})

test('an outcome has the words of the terminal, and one that the page does not know is shown unchanged', () => {
  expect(outcome('lost')).toBe(outcomeWords.lost)
  expect(outcome('new-in-2030')).toBe('new-in-2030')
})

test('what a provider counts reads with the part that was used elsewhere', () => {
  const window = {
    name: 'key limit',
    metric: 'usd' as const,
    window: 'month',
    max: 10,
    used: 2.5,
    elsewhere: 1.5,
    remaining: 7.5,
    percent: 25,
    resetsAt: null,
  }
  const none = { max: null, used: null, elsewhere: null, remaining: null, percent: null }
  expect(planWindow(window)).toBe('key limit: $2.50 of $10.00 used, $1.50 elsewhere')
  expect(planWindow({ ...window, max: null, elsewhere: 0 })).toBe('key limit: $2.50 used')
  expect(planWindow({ ...window, ...none, name: 'balance', remaining: 110, currency: 'CNY' })).toBe(
    'balance: 110.00 CNY left',
  )
  const hours = { ...window, ...none, name: '5 hours', percent: 41.7 }
  expect(planWindow(hours)).toBe('5 hours: 42 % used')
  expect(planWindow({ ...hours, unofficial: true })).toBe('5 hours: 42 % used (unofficial)')
})
