import { expect, test } from 'vitest'
import {
  quotaRows,
  shortNumber,
  statusNotes,
  quotaColumns,
} from '../../../src/lib/terminal/quota/quota-table.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import { renderTable } from '../../../src/lib/terminal/format/table.ts'
import { textWidth } from '../../../src/lib/terminal/format/text-width.ts'
import type { AccountQuotaView, QuotaDocument } from '../../../src/lib/toolkit/views.ts'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const look = { palette: paletteFor({}, {}), unicode: true, columns: 80 }

function account(change: Partial<AccountQuotaView>): AccountQuotaView {
  return {
    id: 'acc_1',
    user: 'local',
    provider: 'qwen',
    name: 'work',
    label: null,
    groups: [],
    priority: 0,
    enabled: true,
    status: 'ready',
    statusReason: null,
    availableAt: null,
    fix: null,
    cooldowns: [],
    plan: null,
    unsettled: 0,
    lastUsedAt: null,
    restingModels: [],
    remaining: 500,
    remainingMinute: null,
    limits: [
      {
        metric: 'requests',
        window: 'day',
        windowMs: 86_400_000,
        max: 2000,
        used: 1500,
        reserved: 1,
        remaining: 500,
        resetsAt: '2026-11-23T00:00:00.000Z',
        source: 'configured',
        model: null,
        from: null,
        unpriced: false,
        forecast: null,
      },
      {
        metric: 'tokens',
        window: 'minute',
        windowMs: 60_000,
        max: 1_000_000,
        used: 123_456,
        reserved: 0,
        remaining: 876_544,
        resetsAt: null,
        source: 'default',
        model: null,
        from: null,
        unpriced: false,
        forecast: null,
      },
    ],
    today: {
      requests: 1500,
      succeeded: 1499,
      failed: 1,
      attempted: 1500,
      answered: 1500,
      unreached: 0,
      inputTokens: 1,
      outputTokens: 1,
      estimatedTokens: 0,
      costUsd: null,
    },
    ...change,
  }
}

function document(...accounts: AccountQuotaView[]): QuotaDocument {
  const totals = {
    accounts: accounts.length,
    ready: 1,
    requests: 3000,
    remaining: 500,
    remainingMinute: null,
    inputTokens: 2,
    outputTokens: 2,
    estimatedTokens: 0,
  }
  return { now: '2026-11-22T20:48:00.000Z', day: '2026-11-22', accounts, totals }
}

test('with several limits and accounts, prints one row per limit and a row for all of them', () => {
  const second = account({ name: 'home', limits: [], status: 'disabled' })
  expect(
    renderTable(quotaColumns, quotaRows(document(account({}), second), look), { decorated: false }),
  ).toBe(
    [
      'ACCOUNT     STATUS    LIMIT          USED                LEFT  RESETS IN   TODAY',
      'qwen/work   ready     day            ██████░░ 1500/2000   500  3 h 12 min   1500',
      '                      tokens/minute  █░░░░░░░ 123k/1M    876k',
      'qwen/home   disabled  none                                                  1500',
      '2 accounts  1 ready   requests                            500               3000',
      '',
    ].join('\n'),
  )
})

test('when a limit was learned of one model, its row names the model, without control characters', () => {
  const [limit] = account({}).limits
  if (limit === undefined) throw new Error('the account has no limit')
  const ofModel = { ...limit, model: 'llama\u001b[2J-3.3-70b-versatile', source: 'learned' as const }
  const [row] = quotaRows(document(account({ limits: [ofModel] })), look)
  expect(row?.[2]).toBe('day llama\ufffd[2J-3.3-7…')
})

test('when not every attempt was answered, today shows both', () => {
  const { today } = account({})
  const [row] = quotaRows(document(account({ today: { ...today, attempted: 12, answered: 11 } })), look)
  expect(row?.at(-1)).toBe('11/12')
})

test('when names are too long for the terminal, they are cut and the lines fit', () => {
  const limits = account({}).limits.slice(0, 1)
  const rows = quotaRows(document(account({ name: 'a-very-long-name-for-an-account-indeed', limits })), look)
  const text = renderTable(quotaColumns, rows, { decorated: true })
  for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80)
  expect(text).toContain('qwen/a-very-long')
  expect(text).toContain('…')
})

test('when an account is out, a note says why and when it is back', () => {
  const out = account({
    status: 'exhausted',
    statusReason: 'requests per day used up',
    availableAt: '2026-11-23T00:00:00.000Z',
  })
  expect(statusNotes(document(out, account({})))).toEqual([
    expect.stringMatching(/^qwen\/work: requests per day used up; back in 3 h 12 min \(.*\d\d:\d\d\)$/),
  ])
})

test.each([
  [0, '0'],
  [9999, '9999'],
  [10_000, '10k'],
  [99_999, '99.9k'],
  [999_999, '999k'],
  [1_500_000, '1.5M'],
  [0.123, '0.12'],
  [123.456, '123.4'],
  [1234.5, '1234'],
])('for %d, the short form is %s', (value, text) => {
  expect(shortNumber(value)).toBe(text)
})

test('when quotas are shown to a program, the document has the promised fields', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox', '-g', 'night'])
  const { exit, stdout } = await runCommand(home, ['quota', 'show', 'play', '--group', 'night', '--json'])
  const shown = JSON.parse(stdout) as QuotaDocument
  expect(exit).toBe(0)
  expect(shown).toMatchObject({
    accounts: [{ provider: 'sandbox', name: 'play', status: 'ready' }],
    totals: { accounts: 1, ready: 1 },
  })
  expect(shown.accounts[0]?.limits).toMatchObject([
    { metric: 'requests', window: 'day', used: 0, reserved: 0 },
  ])
  expect(shown.now.slice(0, 10)).toBe(shown.day)
})

test('without a terminal, a reset needs its accounts or --all, and --yes', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox'])
  const readCode = async (...argv: string[]) => {
    const { stdout } = await runCommand(home, ['quota', 'reset', ...argv, '--json'])
    return (JSON.parse(stdout) as { error?: { code: string } }).error?.code
  }
  expect(await readCode()).toBe('invalid_usage')
  expect(await readCode('play', '--all')).toBe('invalid_usage')
  expect(await readCode('play')).toBe('missing_answer')
  expect(await readCode('--all')).toBe('missing_answer')
  expect(await readCode('nope', '--yes')).toBe('account_not_found')
  expect(await readCode('play', '--yes')).toBeUndefined()
  expect(await readCode('--all', '--yes')).toBeUndefined()
  expect(await readCode('play', '--learned')).toBe('missing_answer')
  expect(await readCode('play', '--learned', '--yes')).toBeUndefined()
})
