import type { AccountQuotaView } from '../../toolkit/views.ts'
import { accountRows, listAccounts, splitWords } from './account-list.ts'
import type { RequestLine } from '../request-line.ts'
import type { ScreenState } from './screen-state.ts'

/** The account under the marker; null: the list is empty. */
export function selectedAccount(state: ScreenState): AccountQuotaView | null {
  const accounts = listAccounts(accountRows(state))
  return accounts[indexIn(accounts, state.selected)] ?? null
}

/** Moves the marker by that many places, within the list. */
export function moveSelection(state: ScreenState, by: number): ScreenState {
  const accounts = listAccounts(accountRows(state))
  const index = clamp(indexIn(accounts, state.selected) + by, accounts.length)
  const account = accounts[index]
  return account === undefined ? state : { ...state, selected: { id: account.id, index } }
}

/** Keeps the marker on its account, or at its place if the account is gone. */
export function settleSelection(state: ScreenState): ScreenState {
  return moveSelection(state, 0)
}

function indexIn(accounts: AccountQuotaView[], selected: ScreenState['selected']): number {
  if (selected === null) return 0
  const found = accounts.findIndex(({ id }) => id === selected.id)
  return found >= 0 ? found : clamp(selected.index, accounts.length)
}

/** The lines of the requests pane, oldest first: those that match the filter, up to the hold. */
export function shownLines(state: ScreenState): RequestLine[] {
  const { facts, log, filter, quota } = state
  const { heldAt } = log
  const wanted = splitWords(filter)
  const members =
    facts.group === null || quota === null
      ? null
      : new Set(quota.accounts.map(({ user, provider, name }) => `${user}:${provider}/${name}`))
  return log.lines.filter(
    (line) =>
      (heldAt === null || line.seq <= heldAt) &&
      (facts.user === null || line.user === null || line.user === facts.user) &&
      (members === null || line.account === null || members.has(`${line.user ?? ''}:${line.account}`)) &&
      (wanted.length === 0 || mentions(line, wanted)),
  )
}

function mentions(line: RequestLine, wanted: string[]): boolean {
  const said =
    line.kind === 'note'
      ? [line.text, line.account]
      : [line.account, line.model, line.outcome, line.requestId, line.status, ...line.before]
  const text = said.join(' ').toLowerCase()
  return wanted.every((word) => text.includes(word))
}

/** The index of the marker among the visible lines; -1: none. */
export function lineIndex(lines: RequestLine[], selected: number | null): number {
  if (selected === null) return lines.length - 1
  const found = lines.findIndex(({ seq }) => seq >= selected)
  return found >= 0 ? found : lines.length - 1
}

/** Moving the marker holds the lines. */
export function moveLine(state: ScreenState, by: number): ScreenState {
  const lines = shownLines(state)
  const newest = state.log.lines.at(-1)
  if (newest === undefined || lines.length === 0) return state
  const index = clamp(lineIndex(lines, state.log.selected) + by, lines.length)
  const heldAt = state.log.heldAt ?? newest.seq
  return { ...state, log: { ...state.log, heldAt, selected: lines[index]?.seq ?? null } }
}

/** Shows new lines again. */
export function followLines(state: ScreenState): ScreenState {
  return { ...state, log: { ...state.log, heldAt: null, selected: null } }
}

/** Holds the current lines. */
export function holdLines(state: ScreenState): ScreenState {
  const newest = state.log.lines.at(-1)
  return { ...state, log: { ...state.log, heldAt: newest?.seq ?? 0 } }
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(index, length - 1))
}
