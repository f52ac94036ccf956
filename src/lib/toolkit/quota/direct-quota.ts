// What `quota show` and `auth list` print, from store reads alone. Commands that run often (prompts, status bars)
// come straight here: nothing below loads the providers, the vault, the HTTP client or the command framework.

import type { Account } from '../../account/account.ts'
import { resolveReference } from '../../account/reference.ts'
import { builtinIds } from '../builtin-ids.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import { accountsDocument } from '../../store/documents/accounts-document.ts'
import type { Home } from '../../store/home.ts'
import type { LedgerOptions } from '../../store/ledger/ledger-files.ts'
import { readLedger } from '../../store/ledger/open-ledger.ts'
import { isWriterAlive } from '../../store/ledger/writer.ts'
import { accountViews, quotaDocument } from './quota-view.ts'
import type { AccountFilter } from '../toolkit.ts'
import type { AccountView, QuotaDocument } from '../views.ts'

/** The accounts and the counts as they stand together at one time. */
export interface StoreSnapshot {
  data: AccountsData
  state: LedgerState
  /** The ledger's time: the clock, but never before the newest event. */
  now: number
  /** Lines of the ledger that could not be read; for stderr. */
  problems: string[]
  /** Whether there is a provider of this id. */
  hasProvider: (id: string) => boolean
}

/** Reads the books without writing, locking or unlocking anything. */
export async function readBooks(
  home: Home,
  time: Pick<LedgerOptions, 'clock' | 'machine'>,
): Promise<StoreSnapshot> {
  const data = await accountsDocument(home).read()
  const hasProvider = (id: string) => builtinIds.has(id)
  return { data, ...readLedger(home, time), hasProvider }
}

/** The `quota show --json` document. No reference: every account that the filter leaves. Null: plugins have to be asked. */
export async function readQuotaDocument(
  home: Home,
  filter: AccountFilter,
  references: string[],
  clock: () => number,
): Promise<QuotaDocument | null> {
  const books = await readBooks(home, { clock })
  return needsPlugins(books) ? null : quotaDocumentOf(books, filter, references)
}

/** The `auth list --json` document. Null: plugins have to be asked. */
export async function readAccountList(
  home: Home,
  filter: AccountFilter,
  clock: () => number,
): Promise<{ accounts: AccountView[] } | null> {
  const books = await readBooks(home, { clock })
  if (needsPlugins(books)) return null
  return { accounts: accountViewsOf(books, filterAccounts(books.data.accounts, filter)) }
}

/** Whether an account is at a provider of a plugin, which may be gone. */
export function needsPlugins({ data }: Pick<StoreSnapshot, 'data'>): boolean {
  return data.accounts.some(({ provider }) => !builtinIds.has(provider))
}

export function quotaDocumentOf(
  books: StoreSnapshot,
  filter: AccountFilter,
  references: string[],
): QuotaDocument {
  const accounts = selectAccounts(books.data.accounts, filter, references)
  const { state, now, hasProvider } = books
  return quotaDocument({ accounts, state, now, hasProvider, isAlive: rememberingLife() })
}

export function accountViewsOf(books: StoreSnapshot, accounts: Account[]): AccountView[] {
  const { data, state, now, hasProvider } = books
  return accountViews({
    ...{ accounts, state, now, hasProvider },
    isAlive: rememberingLife(),
    defaultAccount: data.defaultAccount,
  })
}

/** The accounts that the references name, each once, in that order; without references all that the filter leaves. */
export function selectAccounts(accounts: Account[], filter: AccountFilter, references: string[]): Account[] {
  if (references.length === 0) return filterAccounts(accounts, filter)
  return [...new Set(references.map((reference) => resolveReference(accounts, reference, filter)))]
}

export function filterAccounts(accounts: Account[], filter: AccountFilter): Account[] {
  return accounts.filter(
    (account) =>
      (filter.user === undefined || account.user === filter.user) &&
      (filter.provider === undefined || account.provider === filter.provider) &&
      (filter.group === undefined || account.groups.includes(filter.group)),
  )
}

/** Asking the system once per writer, not once per reservation: a proxy may have hundreds in flight. */
function rememberingLife(): (reservationId: string) => boolean {
  const known = new Map<string, boolean>()
  return (reservationId) => {
    const writer = reservationId.slice(0, reservationId.lastIndexOf('-'))
    const alive = known.get(writer) ?? isWriterAlive(reservationId)
    known.set(writer, alive)
    return alive
  }
}
