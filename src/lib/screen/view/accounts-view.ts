import { shortNumber } from '../../terminal/format/short-number.ts'
import { printable } from '../../terminal/format/text-width.ts'
import type { AccountQuotaView } from '../../toolkit/views.ts'
import { accountRows, listAccounts } from '../state/account-list.ts'
import type { ListRow } from '../state/account-list.ts'
import type { Layout } from '../layout.ts'
import { computeWindow } from '../layout.ts'
import type { Line } from '../line.ts'
import { cutLine, joinSpans, lineWidth, span } from '../line.ts'
import type { ScreenState } from '../state/screen-state.ts'
import { selectedAccount } from '../state/selection.ts'
import { accountColumns, drawnAccount, statusTone } from './account-columns.ts'
import type { DrawnAccount } from './account-columns.ts'
import { fitColumns, headLine, rowLine } from './fit-columns.ts'
import type { FittedColumn } from './fit-columns.ts'
import { formatCost } from './header-view.ts'
import { lastsMs } from './words/forecast-words.ts'
import { EDGE, GUTTER } from './look.ts'
import type { ScreenLook } from './look.ts'
import { ruleLine } from './rule-view.ts'
import { shortDuration } from './words/short-duration.ts'
import { tightestLimit } from '../../toolkit/quota/capacity.ts'

const DOT: Line = [span(' · ', 'quiet')]

/** Below this width, a reason says too little. */
const LEAST_WHY = 16

/** The accounts pane: title, head, a window on the list, and a line about the account under the marker. */
export function accountsPane(state: ScreenState, layout: Layout, look: ScreenLook): Line[] {
  const rows = accountRows(state)
  const selected = selectedAccount(state)
  const at = rows.findIndex((row) => row.kind === 'account' && row.account.id === selected?.id)
  const { from, to } = computeWindow(rows.length, layout.accounts, at)
  // Computed from all accounts, so that columns keep their place while the list scrolls.
  const columns = fitColumns(
    accountColumns(state.quota?.accounts ?? [], look),
    state.size.columns - EDGE - GUTTER,
  )
  const lines = rows.slice(from, to).map((row) => listLine(row, state, { columns, selectedId: selected?.id }))
  if (rows.length === 0) lines.push(...emptyLines(state))
  return [
    titleLine(state, rows, { from, to }),
    ...(layout.hasAccountHead ? [[span(' '.repeat(GUTTER)), ...headLine(columns)]] : []),
    ...fillPane(lines, layout.accounts),
    ...(layout.hasAbout ? [aboutLine(state)] : []),
  ]
}

/** Always the same number of lines; missing ones are empty. */
export function fillPane(lines: Line[], count: number): Line[] {
  return Array.from({ length: count }, (_, index) => lines[index] ?? [])
}

function titleLine(state: ScreenState, rows: ListRow[], shown: { from: number; to: number }): Line {
  const { sort, grouping, filter, mode, pane, size, quota } = state
  const all = quota?.accounts.length ?? 0
  const listed = listAccounts(rows).length
  const before = listAccounts(rows.slice(0, shown.from)).length
  const visible = listAccounts(rows.slice(shown.from, shown.to)).length
  const part = visible < listed ? `${before + 1}–${before + visible} of ` : ''
  const count = listed < all ? `${part}${listed} of ${all}` : `${part}${listed}`
  const said = [
    filter !== '' && mode.kind !== 'filter' ? `/${printable(filter)}` : '',
    sort === 'order' ? '' : `by ${sort}`,
    grouping === 'none' ? '' : `in ${grouping === 'status' ? 'statuses' : `${grouping}s`}`,
    count,
  ].filter((words) => words !== '')
  return ruleLine('accounts', said.join(' · '), {
    columns: size.columns,
    isStrong: pane === 'accounts',
  })
}

function listLine(
  row: ListRow,
  state: ScreenState,
  { columns, selectedId }: { columns: FittedColumn<DrawnAccount>[]; selectedId: string | undefined },
): Line {
  if (row.kind === 'heading') {
    const { title, accounts, ready } = row
    const words = `  ${ready} of ${accounts} ready`
    return cutLine([span(` ${title}`, 'strong'), span(words, 'quiet')], state.size.columns - EDGE)
  }
  const isSelected = row.account.id === selectedId
  const marker = isSelected ? span(' ▸ ', state.pane === 'accounts' ? 'strong' : 'quiet') : span('   ')
  const gutter: Line = row.isPinned ? [span(isSelected ? '▲▸ ' : '▲  ', 'quiet')] : [marker]
  const now = Date.parse(state.quota?.now ?? '')
  return [...gutter, ...rowLine(columns, drawnAccount(row.account, now, isSelected))]
}

function emptyLines({ quota, filter, facts, size }: ScreenState): Line[] {
  const words =
    quota === null
      ? ['reading the accounts …']
      : filter !== ''
        ? [`no account matches "${printable(filter)}": escape shows all`]
        : facts.user !== null || facts.group !== null
          ? ['no account of this user and group']
          : ['no accounts yet: press a to add one, with a key or a login']
  return words.map((text) => cutLine([span(`   ${text}`, 'quiet')], size.columns - EDGE))
}

/** Details without a column: why the account is out and when it returns, else its usage. */
function aboutLine(state: ScreenState): Line {
  const account = selectedAccount(state)
  if (account === null || state.quota === null) return []
  const now = Date.parse(state.quota.now)
  const isOut = account.status !== 'ready' && account.status !== 'disabled'
  const room = state.size.columns - EDGE - GUTTER
  const line = isOut ? whyLine(account, now, room) : cutLine(joinSpans(didParts(account, now), DOT), room)
  return [span(' '.repeat(GUTTER)), ...line]
}

/** The provider's message may be long. It shrinks before the command that brings the account back. */
function whyLine(
  { status, statusReason, availableAt, fix }: AccountQuotaView,
  now: number,
  room: number,
): Line {
  const why = joinSpans(
    [
      statusReason === null ? [] : [span(printable(statusReason), statusTone(status))],
      availableAt === null ? [] : [span(`back in ${shortDuration(Date.parse(availableAt) - now)}`, 'quiet')],
    ],
    DOT,
  )
  const command: Line = fix === null ? [] : [span(printable(fix), 'quiet')]
  const left = room - lineWidth(command) - lineWidth(DOT)
  return cutLine(joinSpans([left < LEAST_WHY ? why : cutLine(why, left), command], DOT), room)
}

function didParts(account: AccountQuotaView, now: number): Line[] {
  const { requests, failed, inputTokens, outputTokens, costUsd } = account.today
  const lasts = lastsMs(tightestLimit(account), now)
  const failures = failed === 0 ? '' : `, ${shortNumber(failed)} failed`
  const tokens = `${shortNumber(inputTokens)} tokens in, ${shortNumber(outputTokens)} out`
  return [
    lasts === null ? [] : [span(`runs out in ${shortDuration(lasts)} at this pace`, 'warn')],
    [
      span(
        requests === 0
          ? 'no request today'
          : `today ${shortNumber(requests)} ${requests === 1 ? 'request' : 'requests'}${failures}`,
        'quiet',
      ),
    ],
    requests === 0 ? [] : [span(tokens, 'quiet')],
    costUsd === null ? [] : [span(formatCost(costUsd), 'quiet')],
    account.groups.length === 0 ? [] : [span(printable(account.groups.join(', ')), 'quiet')],
  ]
}
