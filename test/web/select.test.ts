import { planDay } from '../../web/src/select/day-plan.ts'
import { expect, test } from 'vitest'
import { bucketsBetween, lastBuckets, valuesAt } from '../../web/src/select/buckets.ts'
import { errorSeries, keySeries } from '../../web/src/select/chart-series.ts'
import { exhaustions } from '../../web/src/select/exhaustions.ts'
import { listChoices, filtered, noFilter, sorted } from '../../web/src/select/filter.ts'
import { tightest } from '../../web/src/select/limits.ts'
import { liveFiltered, chooseTone } from '../../web/src/select/live-filter.ts'
import { nextChange } from '../../web/src/select/next-change.ts'
import { sumsByKey } from '../../web/src/select/sums.ts'
import { sumTotals } from '../../web/src/select/totals.ts'
import { findWindow } from '../../web/src/select/window.ts'
import { stacked } from '../../web/src/parts/chart/chart-frame.ts'
import {
  historyRow,
  madeAccount,
  madeLimit,
  manyAccounts,
  threeAccounts,
} from '../support/servers/fake-api-data.ts'

const HOUR = 3_600_000
const now = Date.parse('2026-11-22T10:30:00.000Z')
const three = threeAccounts(now)
const names = (accounts: { name: string }[]) => accounts.map(({ name }) => name)

test('a search finds accounts that have every word, in name, provider, group, user or key hint', () => {
  const found = (search: string) => names(filtered(three, { ...noFilter, search }))
  expect(found('')).toEqual(['work', 'team', 'spare'])
  expect(found('QWEN work')).toEqual(['work'])
  expect(found('night')).toEqual(['team'])
  expect(found('77c1')).toEqual(['spare'])
  expect(found('qwen spare')).toEqual([])
})

test('filters hold together', () => {
  const many = manyAccounts(now, 300)
  const left = filtered(many, { search: '', status: 'exhausted', provider: 'qwen', group: '', user: 'alice' })
  expect(left.length).toBeGreaterThan(0)
  expect(
    left.every((each) => each.status === 'exhausted' && each.provider === 'qwen' && each.user === 'alice'),
  ).toBe(true)
  expect(listChoices(many)).toMatchObject({ groups: ['batch', 'eu', 'night'], users: ['alice', 'local'] })
})

test('sorting puts what is not known last, whichever way, and numbers in names by their value', () => {
  const made = (name: string, remaining: number | null) =>
    madeAccount(now, {
      provider: 'qwen',
      name,
      limits: remaining === null ? [] : [madeLimit(now, 100, 'day', { used: 100 - remaining })],
    })
  const accounts = [made('a10', null), made('a9', 5), made('a2', 50)]
  expect(names(sorted(accounts, { key: 'left', isDescending: false }))).toEqual(['a9', 'a2', 'a10'])
  expect(names(sorted(accounts, { key: 'left', isDescending: true }))).toEqual(['a2', 'a9', 'a10'])
  expect(names(sorted(accounts, { key: 'name', isDescending: false }))).toEqual(['a2', 'a9', 'a10'])
})

test('the tightest limit is that with the largest share used; those of one model count only alone', () => {
  const day = madeLimit(now, 100, 'day', { used: 10 })
  const minute = madeLimit(now, 20, 'minute', { used: 18 })
  const fullMinute = madeLimit(now, 20, 'minute', { used: 19 })
  const ofModel = madeLimit(now, 10, 'hour', { used: 10, model: 'qwen3-max' })
  expect(tightest({ limits: [day, minute, ofModel] })).toBe(day)
  expect(tightest({ limits: [day, fullMinute, ofModel] })).toBe(fullMinute)
  expect(tightest({ limits: [minute] })).toBe(minute)
  expect(tightest({ limits: [ofModel] })).toBe(ofModel)
  expect(tightest({ limits: [] })).toBeNull()
})

test('totals add only accounts that can serve, windows of an hour or more apart from the minute', () => {
  const limits = [madeLimit(now, 100, 'day', { used: 40 })]
  const on = madeAccount(now, { provider: 'qwen', name: 'on', limits })
  const off = madeAccount(now, { provider: 'qwen', name: 'off', limits, enabled: false, status: 'disabled' })
  expect(sumTotals([on, off])).toMatchObject({ accounts: 2, ready: 1, remaining: 60, costUsd: null })
  const guessed = { ...on, today: { ...on.today, estimatedTokens: 7 } }
  expect(sumTotals([guessed, off, guessed]).estimatedTokens).toBe(14)
  const both = madeAccount(now, {
    provider: 'qwen',
    name: 'both',
    limits: [...limits, madeLimit(now, 7, 'minute')],
  })
  expect(sumTotals([on, off, both])).toMatchObject({ remaining: 120, remainingMinute: 7 })
  const none = madeAccount(now, { provider: 'qwen', name: 'none' })
  expect(sumTotals([none])).toMatchObject({ remaining: null, remainingMinute: null })
  expect(sumTotals(three).nextReturn).toBe(three[2]?.availableAt)
})

test('of a long list only rows near what is seen are drawn', () => {
  expect(findWindow(300, 40, 0, 800)).toEqual({ start: 0, end: 28 })
  expect(findWindow(300, 40, 4_000, 800)).toEqual({ start: 92, end: 128 })
  expect(findWindow(300, 40, 11_600, 800)).toEqual({ start: 282, end: 300 })
  expect(findWindow(10, 40, 4_000, 800)).toEqual({ start: 10, end: 10 })
})

test('buckets in which nothing happened are there all the same: 0 for what is counted, unknown for latencies', () => {
  const at = lastBuckets(now, 3, 'hour')
  expect(at).toEqual(['2026-11-22T08:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z'])
  const rows = [historyRow(Date.parse('2026-11-22T09:00:00.000Z'), 'all', 'All', 10)]
  const requests = rows[0]?.requests ?? 0
  expect(valuesAt(at, rows, (row) => row.requests, 0)).toEqual([0, requests, 0])
  expect(valuesAt(at, rows, (row) => row.latencyMs?.p50 ?? null, null)).toEqual([
    null,
    rows[0]?.latencyMs?.p50,
    null,
  ])
  expect(bucketsBetween('2026-11-20T05:00:00.000Z', '2026-11-22T01:00:00.000Z', 'day')).toHaveLength(3)
})

test('the largest keys have a series each, the others one together, and nothing is lost', () => {
  const start = Date.parse('2026-11-22T09:00:00.000Z')
  const rows = Array.from({ length: 9 }, (_, index) =>
    historyRow(start, `k${index}`, `K${index}`, 100 - index * 5),
  )
  const series = keySeries(['2026-11-22T09:00:00.000Z'], rows, ({ requests }) => requests)
  expect(series.map(({ label }) => label)).toEqual(['K0', 'K1', 'K2', 'K3', 'K4', '4 others'])
  const drawn = stacked(series).at(-1)?.[0]
  expect(drawn).toBe(rows.reduce((sum, { requests }) => sum + requests, 0))
})

test('errors are distinguished by what happened, answers are none', () => {
  const row = {
    ...historyRow(now - HOUR, 'all', 'All', 10),
    at: '2026-11-22T09:00:00.000Z',
    outcomes: { ok: 9, timeout: 1, overloaded: 4 },
  }
  const series = errorSeries(['2026-11-22T09:00:00.000Z'], [row], (name) => name)
  expect(series.map(({ label, values }) => [label, values[0]])).toEqual([
    ['overloaded', 4],
    ['timeout', 1],
  ])
})

test('sums by key add costs that are known, and stay unknown where none is', () => {
  const row = historyRow(now, 'a', 'A', 10)
  const [a, b] = sumsByKey([
    { ...row, requests: 5, costUsd: null },
    { ...row, requests: 5, costUsd: 0.5 },
    { ...row, key: 'b', label: 'B', requests: 1, costUsd: null },
  ])
  expect(a).toMatchObject({ key: 'a', requests: 10, costUsd: 0.5 })
  expect(b).toMatchObject({ key: 'b', requests: 1, costUsd: null })
})

test('what will run out is listed the first first; what is out already is not', () => {
  const [first] = exhaustions(three)
  expect(first?.account.name).toBe('team')
  const out = three.map((account) => ({
    ...account,
    limits: account.limits.map((limit) => ({ ...limit, remaining: 0 })),
  }))
  expect(exhaustions(out)).toEqual([])
})

test('the next change by time alone is the first window that ends or account that returns', () => {
  expect(nextChange(three, now)).toBe(now + 41_000)
  expect(nextChange([], now)).toBeNull()
})

test('live lines are found by account, model, key and outcome, and failed requests by their status', () => {
  const entry = (number: number, line: object) => ({ number, line: { time: '', kind: 'request', ...line } })
  const entries = [
    entry(1, { provider: 'qwen', account: 'work', status: 200, model: 'qwen3-max', outcome: 'ok' }),
    entry(2, {
      provider: 'qwen',
      account: 'home',
      status: 429,
      clientKey: 'editor',
      outcome: 'quota_exhausted',
    }),
    entry(3, { kind: 'rotation', provider: 'qwen', account: 'home', next: 'qwen/work' }),
  ]
  const found = (search: string, kind: Parameters<typeof liveFiltered>[1]['kind'] = '') =>
    liveFiltered(entries, { search, kind }).map(({ number }) => number)
  expect(found('qwen/work')).toEqual([1, 3])
  expect(found('editor')).toEqual([2])
  expect(found('', 'failed')).toEqual([2])
  expect(found('home', 'rotation')).toEqual([3])
  expect(entries.map(({ line }) => chooseTone(line))).toEqual(['good', 'warn', 'warn'])
})

test('the planned day has a row for each account, and each run in the column of its hour', () => {
  const now = Date.parse('2026-11-22T07:30:00.000Z')
  const run = (id: string, at: string) => ({
    job: 'morning',
    account: { id, user: 'local', provider: 'qwen', name: id },
    slot: at,
    at,
  })
  const { hours, rows } = planDay(
    [
      run('a', '2026-11-22T07:29:59.000Z'),
      run('a', '2026-11-22T07:45:00.000Z'),
      run('b', '2026-11-22T08:00:00.000Z'),
      run('a', '2026-11-23T06:59:00.000Z'),
      run('b', '2026-11-23T07:10:00.000Z'),
    ],
    now,
  )
  expect(hours).toHaveLength(24)
  expect(hours[0]).toBe(Date.parse('2026-11-22T07:00:00.000Z'))
  expect(rows.map(({ account, hours }) => [account.id, hours.map(({ length }) => length)])).toEqual([
    ['a', [2, ...Array.from({ length: 22 }, () => 0), 1]],
    ['b', [0, 1, ...Array.from({ length: 22 }, () => 0)]],
  ])
})

test('hours after the end of a full list are not complete', () => {
  const now = Date.parse('2026-11-22T07:30:00.000Z')
  const runs = ['07:45', '08:15', '09:20'].map((clock) => {
    const at = `2026-11-22T${clock}:00.000Z`
    return { job: 'dense', account: { id: 'a', user: 'local', provider: 'qwen', name: 'a' }, slot: at, at }
  })
  expect(planDay(runs, now, 3).completeHours).toBe(2)
  expect(planDay(runs, now, 4).completeHours).toBe(24)
  expect(planDay([], now).completeHours).toBe(24)
})
