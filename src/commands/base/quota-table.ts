import type { Palette } from '../../lib/terminal/color.ts'
import { renderGauge } from '../../lib/terminal/gauge.ts'
import type { Column } from '../../lib/terminal/table.ts'
import { cutToWidth, textWidth } from '../../lib/terminal/text-width.ts'
import { durationWords, inWords, localTime } from '../../lib/terminal/time-words.ts'
import type { AccountQuotaView, AccountStatus, LimitView, QuotaDocument } from '../../lib/toolkit/views.ts'
import { shownName } from './account-names.ts'

export interface Look {
  palette: Palette
  unicode: boolean
  /** Cells of a terminal line; null: not a terminal, so nothing is cut. */
  columns: number | null
}

export const quotaColumns: Column[] = [
  { header: 'ACCOUNT' },
  { header: 'STATUS' },
  { header: 'LIMIT' },
  { header: 'USED' },
  { header: 'LEFT', align: 'right' },
  { header: 'RESETS IN' },
  { header: 'TODAY', align: 'right' },
]

const GAUGE_CELLS = 8

/** One row per limit, the account named on its first; the last row adds up all accounts. */
export function quotaRows(document: QuotaDocument, look: Look): string[][] {
  const rows = document.accounts.flatMap((account) => accountRows(account, document.now, look))
  if (document.accounts.length > 1) rows.push(totalsRow(document, look))
  return fitted(rows, look.columns)
}

function accountRows(account: AccountQuotaView, now: string, look: Look): string[][] {
  const limits = account.limits.length === 0 ? [null] : account.limits
  return limits.map((limit, index) => [
    index === 0 ? shownName(account) : '',
    index === 0 ? toneOf(account.status, look.palette)(account.status) : '',
    ...(limit === null ? ['none', '', '', ''] : limitCells(limit, now, look)),
    index === 0 ? shortNumber(account.today.requests) : '',
  ])
}

function limitCells(limit: LimitView, now: string, look: Look): string[] {
  const gauge = renderGauge(limit.used, limit.max, { ...look, width: GAUGE_CELLS })
  return [
    limitName(limit),
    `${gauge} ${shortNumber(limit.used)}/${shortNumber(limit.max)}`,
    shortNumber(limit.remaining),
    limit.resetsAt === null ? '' : durationWords(Date.parse(limit.resetsAt) - Date.parse(now)),
  ]
}

function totalsRow({ totals }: QuotaDocument, { palette }: Look): string[] {
  const left = totals.remaining === null ? '' : shortNumber(totals.remaining)
  const cells = [
    `${totals.accounts} accounts`,
    `${totals.ready} ready`,
    'requests',
    '',
    left,
    '',
    shortNumber(totals.requests),
  ]
  return cells.map((cell) => (cell === '' ? '' : palette.strong(cell)))
}

/** `day` for requests, `tokens/day` for anything else. */
export function limitName(limit: Pick<LimitView, 'metric' | 'window'>): string {
  return limit.metric === 'requests' ? limit.window : `${limit.metric}/${limit.window}`
}

/** `1234`, `45.2k`, `1.5M`: at most five characters, and never rounded up. */
export function shortNumber(value: number): string {
  if (value < 10_000) return String(Math.floor(value * 100) / 100)
  const [unit, size] = value < 1_000_000 ? ['k', 1000] : value < 1_000_000_000 ? ['M', 1e6] : ['G', 1e9]
  return `${Math.floor((value / Number(size)) * 10) / 10}${unit}`
}

export function toneOf(status: AccountStatus, palette: Palette): (text: string) => string {
  if (status === 'ready') return palette.good
  if (status === 'cooling') return palette.warn
  return status === 'disabled' ? palette.quiet : palette.bad
}

/** Why accounts are out and when they return, one line each; for stderr. */
export function statusNotes(document: QuotaDocument): string[] {
  return document.accounts
    .filter((account) => account.status !== 'ready' && account.status !== 'disabled')
    .map((account) => {
      const back =
        account.availableAt === null
          ? ''
          : `; back ${inWords(account.availableAt, document.now)} (${localTime(account.availableAt, document.now)})`
      return `${shownName(account)}: ${account.statusReason ?? account.status}${back}`
    })
}

/** Cuts the account names where the table would be wider than the terminal. */
function fitted(rows: string[][], columns: number | null): string[][] {
  if (columns === null) return rows
  const widths = quotaColumns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), column.header.length),
  )
  const others = widths.slice(1).reduce((sum, width) => sum + width + 2, 0)
  const room = Math.max(12, columns - others)
  return rows.map(([name = '', ...rest]) => [textWidth(name) > room ? cutToWidth(name, room) : name, ...rest])
}
