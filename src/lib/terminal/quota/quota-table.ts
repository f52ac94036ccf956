import { formatCount } from '../../base/text/count-noun.ts'
import type { Palette } from '../format/color.ts'
import { renderGauge } from '../format/gauge.ts'
import { shortNumber } from '../format/short-number.ts'
import type { ListShape } from '../list-table.ts'
import { listStatuses } from '../list-table.ts'
import type { Column } from '../format/table.ts'
import { cutToWidth, printable, textWidth } from '../format/text-width.ts'
import { formatDuration } from '../../base/durations.ts'
import { formatIn, comingTime } from '../format/format-time.ts'
import { shareLeft, tightestLimit } from '../../toolkit/quota/capacity.ts'
import { isPartlyReady, statusText } from '../../toolkit/quota/status-text.ts'
import type { AccountQuotaView, AccountStatus, LimitView, QuotaDocument } from '../../toolkit/views.ts'
import { shownName, shownReference } from '../accounts/account-names.ts'

export { shortNumber }

export interface Look {
  palette: Palette
  unicode: boolean
  /** Cells of a terminal line; null: not a terminal, so nothing is cut. */
  columns: number | null
}

export const accountStatuses = listStatuses<AccountStatus>({
  ready: true,
  cooling: true,
  exhausted: true,
  disabled: true,
  'needs-login': true,
  'key-refused': true,
  'no-key': true,
  'no-credit': true,
  expired: true,
  unreachable: true,
  'no-provider': true,
  'plugin-failed': true,
})

/** The columns of `quota show`, and what it sorts by: an account has one row for each limit. */
export const quotaShape: ListShape<AccountQuotaView> = {
  columns: [
    { key: 'account', aliases: ['name'], header: 'ACCOUNT', value: shownReference },
    { key: 'status', header: 'STATUS', rank: 8, value: ({ status }) => status },
    { key: 'limit', header: 'LIMIT', rank: 6 },
    { key: 'used', header: 'USED', rank: 7, whole: true, value: usedShare },
    {
      key: 'left',
      aliases: ['remaining'],
      header: 'LEFT',
      align: 'right',
      rank: 9,
      value: (one) => one.remaining ?? one.remainingMinute,
    },
    {
      key: 'resets-in',
      aliases: ['resetsat'],
      header: 'RESETS IN',
      rank: 5,
      whole: true,
      value: (one) => tightestLimit(one)?.resetsAt ?? null,
    },
    { key: 'today', header: 'TODAY', align: 'right', rank: 4, value: ({ today }) => today.attempted },
  ],
  nameOf: shownReference,
  statusOf: ({ status }) => status,
  statuses: accountStatuses,
}
export const quotaColumns: Column[] = quotaShape.columns

/** The used share of the limit that an account meets first; null: it has none. */
function usedShare(account: AccountQuotaView): number | null {
  const limit = tightestLimit(account)
  return limit === null ? null : 1 - shareLeft(limit)
}

// On a narrow terminal the gauges give way first, then the names.
const gaugeCells = [10, 8, 6, 4]

/** A row per limit, with the account on its first row; the last row sums all accounts. */
export function quotaRows(document: QuotaDocument, look: Look): string[][] {
  const { columns } = look
  let rows: string[][] = []
  for (const cells of gaugeCells) {
    rows = rowsWith(document, look, cells)
    if (columns === null || measureWidths(rows).reduce((sum, width) => sum + width + 2, -2) <= columns)
      return rows
  }
  return withNamesCut(rows, columns ?? Infinity)
}

function rowsWith(document: QuotaDocument, look: Look, cells: number): string[][] {
  const rows = document.accounts.flatMap((account) => {
    const limits = account.limits.length === 0 ? [null] : account.limits
    return limits.map((limit, index) => [
      index === 0 ? shownName(account) : '',
      index === 0 ? statusCell(account, look.palette) : '',
      ...(limit === null ? ['none', '', '', ''] : limitCells(limit, document.now, { ...look, width: cells })),
      index === 0 ? todayCell(account) : '',
    ])
  })
  return document.accounts.length > 1 ? [...rows, totalsRow(document, look)] : rows
}

/** Attempts; where not all were answered, `11/12`: answered of attempted. */
function todayCell({ today: { answered, attempted } }: AccountQuotaView): string {
  const all = shortNumber(attempted)
  return answered === attempted ? all : `${shortNumber(answered)}/${all}`
}

function limitCells(limit: LimitView, now: string, gauge: Parameters<typeof renderGauge>[2]): string[] {
  return [
    limitName(limit),
    `${renderGauge(limit.used, limit.max, gauge)} ${shortNumber(limit.used)}/${shortNumber(limit.max)}`,
    shortNumber(limit.remaining),
    limit.resetsAt === null ? '' : formatDuration(Date.parse(limit.resetsAt) - Date.parse(now)),
  ]
}

function totalsRow({ totals }: QuotaDocument, { palette }: Look): string[] {
  const left = totals.remaining ?? totals.remainingMinute
  const cells = [
    formatCount(totals.accounts, 'account'),
    `${totals.ready} ready`,
    totals.remaining === null && left !== null ? 'this minute' : 'requests',
    '',
    left === null ? '' : shortNumber(left),
    '',
    shortNumber(totals.requests),
  ]
  return cells.map((cell) => (cell === '' ? '' : palette.strong(cell)))
}

const MODEL_CELLS = 16

/** `day` for requests, `tokens/day` for anything else; after it the model, where it holds for one alone. */
export function limitName({ metric, window, model }: Pick<LimitView, 'metric' | 'window' | 'model'>): string {
  const name = metric === 'requests' ? window : `${metric}/${window}`
  return model === null ? name : `${name} ${cutToWidth(printable(model), MODEL_CELLS)}`
}

/** The status in words and colour. */
export function statusCell(account: AccountQuotaView, palette: Palette): string {
  const tone = isPartlyReady(account) ? palette.warn : chooseTone(account.status, palette)
  return tone(statusText(account))
}

export function chooseTone(status: AccountStatus, palette: Palette): (text: string) => string {
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
          : `; back ${formatIn(account.availableAt, document.now)} (${comingTime(account.availableAt, document.now)})`
      const fix = account.fix === null ? '' : `; ${account.fix}`
      return `${shownName(account)}: ${printable(account.statusReason ?? account.status)}${back}${fix}`
    })
}

function measureWidths(rows: string[][]): number[] {
  return quotaColumns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), column.header.length),
  )
}

function withNamesCut(rows: string[][], columns: number): string[][] {
  const others = measureWidths(rows)
    .slice(1)
    .reduce((sum, width) => sum + width + 2, 0)
  const room = Math.max(12, columns - others)
  return rows.map(([name = '', ...rest]) => [textWidth(name) > room ? cutToWidth(name, room) : name, ...rest])
}
