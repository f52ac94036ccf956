// The output of `quota show` and `auth list`, from store reads alone. Commands that run often (prompts, status bars)
// use it directly: nothing below loads the providers, the vault, the HTTP client or the command framework.

import type { Account } from '../../account/account.ts'
import { resolveReference } from '../../account/reference.ts'
import { builtinIds } from '../providers/builtin-ids.ts'
import type { Ledger } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Home } from '../../store/home.ts'
import { openStore } from '../../store/redis/open-store.ts'
import type { LedgerOptions } from '../../store/ledger/files/file-event-log.ts'
import { readLedger } from '../../store/ledger/open-ledger.ts'
import { isWriterAlive } from '../../store/ledger/files/writer.ts'
import type { Plans } from '../plans/plans-file.ts'
import { readPlans } from '../plans/plans-file.ts'
import { accountViews, quotaDocument } from './quota-view.ts'
import type { AccountFilter } from '../accounts/account-inputs.ts'
import type { AccountView, QuotaDocument } from '../views.ts'

/** A consistent snapshot of the accounts and the counts. */
export interface StoreSnapshot {
  data: AccountsData
  state: LedgerState
  /** The ledger's time: the clock, but never before the newest event. */
  now: number
  /** Unreadable lines of the ledger; for stderr. */
  problems: string[]
  /** Whether a provider with this id exists. */
  hasProvider: (id: string) => boolean
  /** Whether a writer of the ledger still runs; missing: its process on this machine tells. */
  isAlive?: (writer: string) => boolean
  plans?: Plans
}

/** Reads the store without writing, locking or unlocking anything. */
export async function readBooks(
  home: Home,
  time: Pick<LedgerOptions, 'clock' | 'machine'>,
): Promise<StoreSnapshot> {
  const data = await openAccountsDocument(home).read()
  const hasProvider = (id: string) => builtinIds.has(id)
  const facts = { hasProvider, plans: readPlans(home.plansFile) }
  const store = await openStore(home)
  if (store === null) return { data, ...readLedger(home, time), ...facts }
  const { state, problems, now } = await store.readLedger()
  const living = await store.livingWriters()
  return { data, state, problems, now, ...facts, isAlive: (writer) => living.has(writer) }
}

/** The same view from an open ledger, which has read the log already. */
export async function readOpenBooks(
  { home, document }: { home: Home; document: JsonDocument<AccountsData> },
  ledger: Ledger & { readonly problems: readonly string[] },
  isAlive: (writer: string) => boolean,
): Promise<Omit<StoreSnapshot, 'hasProvider'>> {
  const data = await document.readKept()
  await ledger.catchUp()
  const plans = readPlans(home.plansFile)
  return { data, state: ledger.state, now: ledger.now(), problems: [...ledger.problems], isAlive, plans }
}

/**
 * The `quota show --json` document. No reference: every account that matches the filter. Null: plugins must be
 * loaded.
 */
export async function readQuotaDocument(
  home: Home,
  filter: AccountFilter,
  references: string[],
  clock: () => number,
): Promise<QuotaDocument | null> {
  const books = await readBooks(home, { clock })
  return needsPlugins(books) ? null : buildQuotaDocument(books, filter, references)
}

/** The `auth list --json` document. Null: plugins must be loaded. */
export async function readAccountList(
  home: Home,
  filter: AccountFilter,
  clock: () => number,
): Promise<{ accounts: AccountView[] } | null> {
  const books = await readBooks(home, { clock })
  if (needsPlugins(books)) return null
  return { accounts: buildAccountViews(books, filterAccounts(books.data.accounts, filter)) }
}

/** Whether an account uses a plugin's provider, which may be gone. */
export function needsPlugins({ data }: Pick<StoreSnapshot, 'data'>): boolean {
  return data.accounts.some(({ provider }) => !builtinIds.has(provider))
}

export function buildQuotaDocument(
  books: StoreSnapshot,
  filter: AccountFilter,
  references: string[],
): QuotaDocument {
  const accounts = selectAccounts(books.data.accounts, filter, references)
  const { state, now, hasProvider, plans = {} } = books
  return quotaDocument({ accounts, state, now, hasProvider, plans, isAlive: rememberingLife(books) })
}

export function buildAccountViews(books: StoreSnapshot, accounts: Account[]): AccountView[] {
  const { data, state, now, hasProvider, plans = {} } = books
  return accountViews({
    accounts,
    state,
    now,
    hasProvider,
    plans,
    isAlive: rememberingLife(books),
    defaultAccount: data.defaultAccount,
  })
}

/** The referenced accounts without duplicates, in that order; without references all that match the filter. */
export function selectAccounts(accounts: Account[], filter: AccountFilter, references: string[]): Account[] {
  const pool = filterAccounts(accounts, filter)
  if (references.length === 0) return pool
  // Callers pass the ids of all accounts, and a search for each would read the whole list each time.
  const ids = new Map(pool.map((account) => [account.id, account]))
  const find = (reference: string) => ids.get(reference) ?? resolveReference(pool, reference, filter)
  return [...new Set([...new Set(references)].map(find))]
}

export function filterAccounts(accounts: Account[], filter: AccountFilter): Account[] {
  return accounts.filter(
    (account) =>
      (filter.user === undefined || account.user === filter.user) &&
      (filter.provider === undefined || account.provider === filter.provider) &&
      (filter.group === undefined || account.groups.includes(filter.group)),
  )
}

/** Checks each writer once, not each reservation: a proxy may have hundreds in flight. */
function rememberingLife({ isAlive }: StoreSnapshot): (reservationId: string) => boolean {
  const known = new Map<string, boolean>()
  return (reservationId) => {
    const writer = reservationId.slice(0, reservationId.lastIndexOf('-'))
    const alive = known.get(writer) ?? isAlive?.(writer) ?? isWriterAlive(reservationId)
    known.set(writer, alive)
    return alive
  }
}
