import { shortNumber } from '../../terminal/format/short-number.ts'
import { printable, textWidth } from '../../terminal/format/text-width.ts'
import { isPartlyReady, statusText } from '../../toolkit/quota/status-text.ts'
import type { AccountQuotaView, AccountStatus, LimitView } from '../../toolkit/views.ts'
import { accountName } from '../account-name.ts'
import type { Line, Tone } from '../line.ts'
import { span } from '../line.ts'
import { tightestLimit } from '../../toolkit/quota/capacity.ts'
import type { ScreenColumn } from './fit-columns.ts'
import { formatRunsOut } from './words/forecast-words.ts'
import { formatCost } from './header-view.ts'
import { gaugeLine, limitName } from './words/limit-words.ts'
import type { ScreenLook } from './look.ts'
import { shortDuration, shortestDuration } from './words/short-duration.ts'

/** An account as the table draws it. */
export interface DrawnAccount {
  account: AccountQuotaView
  limit: LimitView | null
  isSelected: boolean
  /** The time of the quota document, epoch milliseconds. */
  now: number
}

export function drawnAccount(account: AccountQuotaView, now: number, isSelected: boolean): DrawnAccount {
  return { account, limit: tightestLimit(account), isSelected, now }
}

const LEAST_NAME = 12
const MOST_NAME = 36
const MOST_LIMIT = 18

/** All possible columns in display order; the rank says which ones a narrow terminal drops first. */
export function accountColumns(accounts: AccountQuotaView[], look: ScreenLook): ScreenColumn<DrawnAccount>[] {
  const longest = (texts: string[]) => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0)
  const names = Math.max(LEAST_NAME, Math.min(MOST_NAME, longest(accounts.map(accountName))))
  const limits = Math.max(6, Math.min(MOST_LIMIT, longest(accounts.map(formatLimit))))
  const fixed = (width: number) => ({ least: width, most: width })
  const right = { align: 'right' as const }
  return [
    { header: 'ACCOUNT', least: LEAST_NAME, most: names, rank: 100, cell: nameCell },
    { header: 'STATUS', ...fixed(accounts.some(isPartlyReady) ? 13 : 11), rank: 90, cell: statusCell },
    {
      header: 'LIMIT',
      least: Math.min(10, limits),
      most: limits,
      rank: 50,
      cell: ({ limit }) => limitCell(limit),
    },
    {
      header: 'USED',
      least: 6,
      most: 10,
      rank: 80,
      cell: ({ limit }, width) => (limit === null ? [] : gaugeLine(limit, width, look)),
    },
    { header: '', ...fixed(11), rank: 34, cell: ({ limit }) => countCell(limit) },
    { header: 'LEFT', ...fixed(5), ...right, rank: 85, cell: ({ limit }) => leftCell(limit) },
    { header: 'RESETS', ...fixed(7), ...right, rank: 70, cell: resetsCell },
    {
      header: 'RUNS OUT',
      ...fixed(8),
      ...right,
      rank: 32,
      cell: ({ limit, now }) => formatRunsOut(limit, now),
    },
    { header: 'TODAY', ...fixed(5), ...right, rank: 60, cell: todayCell },
    {
      header: 'IN',
      ...fixed(5),
      ...right,
      rank: 40,
      cell: ({ account }) => tokensCell(account.today.inputTokens),
    },
    {
      header: 'OUT',
      ...fixed(5),
      ...right,
      rank: 39,
      cell: ({ account }) => tokensCell(account.today.outputTokens),
    },
    { header: 'COST', ...fixed(7), ...right, rank: 36, cell: costCell },
    { header: 'USED LAST', ...fixed(9), ...right, rank: 28, cell: lastCell },
    { header: 'WHY', least: 24, most: 80, rank: 20, cell: whyCell },
  ]
}

function nameCell({ account, isSelected }: DrawnAccount): Line {
  const tone: Tone | undefined = isSelected ? 'strong' : account.enabled ? undefined : 'quiet'
  return [span(accountName(account), tone)]
}

/** An account that cannot serve shows the time until its return. */
function statusCell({ account, now }: DrawnAccount): Line {
  const { status, availableAt } = account
  const isBrief = status === 'cooling' && availableAt !== null
  if (isPartlyReady(account)) return [span(`ready, ${account.restingModels.length} out`, 'warn')]
  const words = isBrief ? `${status} ${shortestDuration(Date.parse(availableAt) - now)}` : status
  return [span(words, statusTone(status))]
}

export function statusTone(status: AccountStatus): Tone {
  if (status === 'ready') return 'good'
  if (status === 'cooling') return 'warn'
  return status === 'disabled' ? 'quiet' : 'bad'
}

function formatLimit(account: AccountQuotaView): string {
  const limit = tightestLimit(account)
  return limit === null ? '' : limitName(limit)
}

function limitCell(limit: LimitView | null): Line {
  return [limit === null ? span('none', 'quiet') : span(limitName(limit), 'quiet')]
}

function countCell(limit: LimitView | null): Line {
  if (limit === null) return []
  return [span(shortNumber(limit.used)), span(`/${shortNumber(limit.max)}`, 'quiet')]
}

function leftCell(limit: LimitView | null): Line {
  if (limit === null) return [span('–', 'quiet')]
  return [span(shortNumber(limit.remaining), limit.remaining <= 0 ? 'bad' : undefined)]
}

function resetsCell({ limit, now }: DrawnAccount): Line {
  if (limit === null || limit.resetsAt === null) return [span('–', 'quiet')]
  return [span(shortDuration(Date.parse(limit.resetsAt) - now))]
}

function todayCell({ account: { today } }: DrawnAccount): Line {
  return [span(shortNumber(today.requests), today.requests === 0 ? 'quiet' : undefined)]
}

function tokensCell(tokens: number): Line {
  return [span(shortNumber(tokens), tokens === 0 ? 'quiet' : undefined)]
}

function costCell({ account: { today } }: DrawnAccount): Line {
  return [today.costUsd === null ? span('–', 'quiet') : span(formatCost(today.costUsd))]
}

function lastCell({ account: { lastUsedAt }, now }: DrawnAccount): Line {
  if (lastUsedAt === null) return [span('never', 'quiet')]
  const ago = now - Date.parse(lastUsedAt)
  return [span(ago < 2000 ? 'now' : `${shortestDuration(ago)} ago`, 'quiet')]
}

function whyCell({ account }: DrawnAccount): Line {
  if (isPartlyReady(account)) return [span(printable(statusText(account)), 'quiet')]
  const isPlain = account.status === 'ready' || account.status === 'disabled'
  return isPlain || account.statusReason === null ? [] : [span(printable(account.statusReason), 'quiet')]
}
