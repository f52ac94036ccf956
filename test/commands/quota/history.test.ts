import { expect, test } from 'vitest'
import { forecastNotes } from '../../../src/lib/terminal/quota/forecast-messages.ts'
import { historyChart } from '../../../src/lib/terminal/quota/history-chart.ts'
import { historyCsv } from '../../../src/lib/terminal/quota/history-csv.ts'
import type { HistoryDocument, HistoryRow } from '../../../src/lib/toolkit/history/history-views.ts'
import type { QuotaDocument } from '../../../src/lib/toolkit/views.ts'
import { textWidth } from '../../../src/lib/terminal/format/text-width.ts'
import { openLedger } from '../../../src/lib/store/ledger/open-ledger.ts'
import { resolveHome } from '../../../src/lib/store/home.ts'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const look = { columns: 60, unicode: true, tones: [] }

function row(at: string, change: Partial<HistoryRow> = {}): HistoryRow {
  return {
    at: `${at}:00:00.000Z`,
    key: 'all',
    label: 'all',
    requests: 0,
    succeeded: 0,
    failed: 0,
    outcomes: {},
    inputTokens: 0,
    outputTokens: 0,
    estimatedTokens: 0,
    costUsd: null,
    estimatedUsd: null,
    unpriced: 0,
    latencyMs: null,
    firstByteMs: null,
    ...change,
  }
}

function given(rows: HistoryRow[], change: Partial<HistoryDocument> = {}): HistoryDocument {
  const now = '2026-11-25T12:00:00.000Z'
  return {
    now,
    from: rows[0]?.at ?? now,
    to: now,
    per: 'day',
    by: 'all',
    rows,
    totals: row('2026-11-20T00'),
    ...change,
  }
}

test('a day on which nothing was done is a gap, and days before the first are left out', () => {
  const rows = [row('2026-11-23T00', { requests: 10 }), row('2026-11-25T00', { requests: 20 })]
  expect(historyChart(given(rows), 'requests', { ...look, columns: 38 })).toEqual([
    'requests per day (UTC)',
    '',
    'Mon 2026-11-23  █████████           10',
    'Tue 2026-11-24                       0',
    'Wed 2026-11-25  ██████████████████  20',
  ])
})

test('with more keys than can be distinguished, the busiest have their own and the rest are others', () => {
  const rows = Array.from({ length: 8 }, (_, index) =>
    row('2026-11-25T00', { key: `k${index}`, label: `k${index}`, requests: 10 - index }),
  )
  const [, legend, , bar] = historyChart(given(rows, { by: 'account' }), 'requests', look)
  expect(legend).toBe('█ k0  ▓ k1  ▒ k2  ░ k3  ▚ 4 others')
  expect(bar).toMatch(/█+▓+▒+░+▚+ +52$/)
})

test('a cost that is not known is ?, where a part of it is not + ? follows, and what no request asked for has none', () => {
  const cost = (change: Partial<HistoryRow>) =>
    historyChart(given([row('2026-11-25T00', change)]), 'cost', look)
      .at(-1)
      ?.split('  ')
      .at(-1)
      ?.trim()
  expect(cost({ requests: 2, unpriced: 2 })).toBe('?')
  expect(cost({ requests: 2, costUsd: 1.5, unpriced: 1 })).toBe('$1.50 + ?')
  expect(cost({ requests: 2, costUsd: 0.00123 })).toBe('$0.0012')
  expect(cost({ requests: 2, failed: 2 })).toBe('-')
})

test('latency is not added up: each key has a bar of its own, with median and 95th percentile', () => {
  const latencyMs = { p50: 800, p95: 1600, count: 3 }
  const rows = ['a', 'b'].map((key) => row('2026-11-25T00', { key, label: key, requests: 3, latencyMs }))
  const lines = historyChart(given(rows, { by: 'model' }), 'latency', look)
  expect(lines.slice(3)).toHaveLength(2)
  expect(lines[3]).toMatch(/^Wed 2026-11-25 {2}a {2}(█+)(▓+) {2}800 ms \/ 1\.6 s$/)
})

test.each([40, 79, 200])('at %d columns every line fits, without colours and in ASCII too', (columns) => {
  const rows = Array.from({ length: 24 }, (_, hour) =>
    row(`2026-11-25T${String(hour).padStart(2, '0')}`, {
      key: `k${hour}`,
      label: `a model with a very long name indeed ${hour}`,
      requests: hour * 1000,
    }),
  )
  for (const unicode of [true, false]) {
    const document = given(rows, { by: 'model', per: 'hour', to: '2026-11-25T23:59:00.000Z' })
    for (const line of historyChart(document, 'requests', { columns, unicode, tones: [] })) {
      expect(textWidth(line)).toBeLessThanOrEqual(columns)
      if (!unicode) expect(line).toMatch(/^[\x20-\x7e…]*$/)
    }
  }
})

test('as CSV, what is not known is empty, and no name becomes a formula', () => {
  const rows = [
    row('2026-11-25T00', { key: '=cmd()', label: 'a,"b"', requests: 1, costUsd: 0.5, estimatedTokens: 7 }),
  ]
  expect(historyCsv(given(rows)).split('\r\n')).toEqual([
    'at,key,label,requests,succeeded,failed,inputTokens,outputTokens,costUsd,estimatedUsd,unpriced,latencyP50Ms,latencyP95Ms,firstByteP50Ms,firstByteP95Ms,estimatedTokens',
    `2026-11-25T00:00:00.000Z,'=cmd(),"a,""b""",1,0,0,0,0,0.5,,0,,,,,7`,
    '',
  ])
})

test('a limit that runs out before it resets is reported with its bounds; one per minute is not', () => {
  const forecast = {
    exhaustsAt: '2026-11-25T16:40:00.000Z',
    earliest: '2026-11-25T15:55:00.000Z',
    latest: '2026-11-25T18:10:00.000Z',
    perHour: 60,
  }
  const notes = (window: string, change = {}) =>
    forecastNotes({
      now: '2026-11-25T12:00:00.000Z',
      accounts: [
        {
          user: 'local',
          provider: 'qwen',
          name: 'work',
          enabled: true,
          limits: [{ metric: 'requests', window, model: null, forecast: { ...forecast, ...change } }],
        },
      ],
    } as unknown as QuotaDocument)
  expect(notes('day')).toEqual([
    expect.stringMatching(/^qwen\/work: day runs out at \d\d:40 at this pace \(\d\d:55 to \d\d:10\)$/),
  ])
  expect(notes('day', { latest: null })[0]).toMatch(/\(\d\d:55 at the earliest\)$/)
  expect(notes('minute')).toEqual([])
  expect(notes('day', { exhaustsAt: null })).toEqual([])
})

async function givenUse(home: string): Promise<void> {
  await runCommand(home, ['auth', 'add', 'trial', '-p', 'sandbox', '-l', '50/day'])
  const { accounts } = parseDocument(await runCommand(home, ['auth', 'list', '--json']))
  const ledger = await openLedger(resolveHome({ QWENCTL_HOME: home }))
  for (const model of ['large', 'large', 'small']) {
    const reservation = await ledger.reserve({ account: accounts[0]!.id })
    ledger.settle(reservation!, { outcome: 'ok', model, inputTokens: 100, outputTokens: 20, latencyMs: 900 })
  }
  await ledger.close()
}

test('quota history shows a chart on stdout and the totals on stderr', async () => {
  const home = temporaryFolder()
  await givenUse(home)
  const shown = await runCommand(home, ['quota', 'history', '--by', 'model'])
  expect(shown.exit).toBe(0)
  expect(shown.stdout).toContain('requests per day (UTC)')
  expect(shown.stdout).toMatch(/large .*small/)
  expect(shown.stderr).toContain('3 requests, 300 tokens in, 60 out, cost ?.')
  expect(shown.stderr).toContain('3 requests of models without a known price')
})

test('with --json it is the history document, with --csv rows; of an account that is named, its own', async () => {
  const home = temporaryFolder()
  await givenUse(home)
  const json = await runCommand(home, [
    'quota',
    'history',
    'trial',
    '--hours',
    '2',
    '--by',
    'model',
    '--json',
  ])
  const document = JSON.parse(json.stdout) as HistoryDocument
  expect(document).toMatchObject({
    per: 'hour',
    by: 'model',
    totals: { requests: 3, costUsd: null, unpriced: 3 },
  })
  expect(document.rows.map(({ key, requests }) => [key, requests])).toEqual([
    ['large', 2],
    ['small', 1],
  ])
  const csv = await runCommand(home, ['quota', 'history', '--by', 'account', '--csv'])
  expect(csv.stdout.split('\r\n')[1]).toContain(',sandbox/trial,3,3,0,300,60,,,3,')
})

test('when nothing was counted, it says so; an unknown account, span or word is refused', async () => {
  const home = temporaryFolder()
  const empty = await runCommand(home, ['quota', 'history'])
  expect(empty).toMatchObject({
    exit: 0,
    stdout: '',
    stderr: expect.stringContaining('Nothing was counted since'),
  })
  expect(await runCommand(home, ['quota', 'history', 'nobody'])).toMatchObject({ exit: 3 })
  for (const words of [
    ['--days', '0'],
    ['--by', 'moon'],
    ['--days', '1', '--hours', '1'],
    ['--csv', '--json'],
  ]) {
    expect(await runCommand(home, ['quota', 'history', ...words]), words.join(' ')).toMatchObject({ exit: 2 })
  }
})
