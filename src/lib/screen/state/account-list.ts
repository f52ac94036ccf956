import { printable } from '../../terminal/format/text-width.ts'
import type { AccountQuotaView } from '../../toolkit/views.ts'
import { accountName } from '../account-name.ts'
import type { Grouping, ScreenState, SortOrder } from './screen-state.ts'
import { shareLeft, tightestLimit } from '../../toolkit/quota/capacity.ts'

export interface AccountRow {
  kind: 'account'
  account: AccountQuotaView
  isPinned: boolean
}

export interface HeadingRow {
  kind: 'heading'
  title: string
  accounts: number
  ready: number
}

export type ListRow = AccountRow | HeadingRow

/**
 * The rows of the accounts pane in order: accounts that match the filter, pinned ones first, under group headings.
 */
export function accountRows(state: ScreenState): ListRow[] {
  const shown = (state.quota?.accounts ?? []).filter((account) => passes(account, state.filter))
  const byId = new Map(shown.map((account) => [account.id, account]))
  const pinned = state.pinned.flatMap((id) => byId.get(id) ?? [])
  const others = sorted(
    shown.filter(({ id }) => !state.pinned.includes(id)),
    state.sort,
  )
  return [
    ...pinned.map((account): AccountRow => ({ kind: 'account', account, isPinned: true })),
    ...grouped(others, state.grouping),
  ]
}

export function listAccounts(rows: ListRow[]): AccountQuotaView[] {
  return rows.flatMap((row) => (row.kind === 'account' ? row.account : []))
}

/** Every word of the filter must occur in the text of the account. */
function passes(account: AccountQuotaView, filter: string): boolean {
  if (filter === '') return true
  const text = [accountName(account), account.user, account.status, ...account.groups].join(' ').toLowerCase()
  return splitWords(filter).every((word) => text.includes(word))
}

/** The words of a filter, normalized for comparison. */
export function splitWords(filter: string): string[] {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

function sorted(accounts: AccountQuotaView[], order: SortOrder): AccountQuotaView[] {
  switch (order) {
    case 'order':
      return accounts
    case 'name':
      return [...accounts].sort((a, b) => accountName(a).localeCompare(accountName(b)))
    case 'left':
      return byNumber(accounts, findLeast)
    case 'used':
      return byNumber(accounts, ({ today }) => -today.requests)
    case 'recent':
      return byNumber(accounts, ({ lastUsedAt }) => (lastUsedAt === null ? 0 : -Date.parse(lastUsedAt)))
  }
}

/** The smallest first; equal ones keep their order. */
function byNumber(
  accounts: AccountQuotaView[],
  numberOf: (account: AccountQuotaView) => number,
): AccountQuotaView[] {
  return accounts
    .map((account) => ({ account, number: numberOf(account) }))
    .sort((a, b) => a.number - b.number)
    .map(({ account }) => account)
}

function findLeast(account: AccountQuotaView): number {
  const limit = tightestLimit(account)
  return limit === null ? 1 : shareLeft(limit)
}

function grouped(accounts: AccountQuotaView[], grouping: Grouping): ListRow[] {
  if (grouping === 'none') return accounts.map((account) => ({ kind: 'account', account, isPinned: false }))
  const groups = new Map<string, AccountQuotaView[]>()
  for (const account of accounts) {
    const title = formatTitle(account, grouping)
    const group = groups.get(title)
    if (group === undefined) groups.set(title, [account])
    else group.push(account)
  }
  return [...groups].flatMap(([title, members]): ListRow[] => [
    {
      kind: 'heading',
      title: printable(title),
      accounts: members.length,
      ready: members.filter(isReady).length,
    },
    ...members.map((account): AccountRow => ({ kind: 'account', account, isPinned: false })),
  ])
}

/** An account of several groups is listed under the first: a second entry would have a second marker. */
function formatTitle(account: AccountQuotaView, grouping: Exclude<Grouping, 'none'>): string {
  switch (grouping) {
    case 'provider':
      return account.provider
    case 'status':
      return account.status
    case 'user':
      return account.user
    case 'group':
      return account.groups[0] ?? 'no group'
  }
}

function isReady({ status }: AccountQuotaView): boolean {
  return status === 'ready'
}
