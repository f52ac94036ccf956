import { accountRecordProblem } from '../../account/account-record.ts'
import { fullReference } from '../../account/account.ts'
import type { Account } from '../../account/account.ts'
import { shareAccountTexts } from '../../account/share-account-texts.ts'
import { JsonDocument } from './document.ts'
import type { Home } from '../home.ts'
import { openSharedDocument } from '../redis/open-store.ts'

export interface ArchivedAccount extends Account {
  /** RFC 3339. */
  archivedAt: string
}

export interface AccountsData {
  version: 1
  /** The id of the default account of commands. */
  defaultAccount: string | null
  accounts: Account[]
  /** A removed account that can be restored; its names may be in use again. */
  archived: ArchivedAccount[]
}

/** `accounts.json`: every account with its sealed credential. */
export function openAccountsDocument(home: Home): JsonDocument<AccountsData> {
  return new JsonDocument<AccountsData>({
    file: home.accountsFile,
    kind: 'account store',
    version: 1,
    shared: () => openSharedDocument(home, 'accounts'),
    empty: () => ({ version: 1, defaultAccount: null, accounts: [], archived: [] }),
    validate: accountsProblem,
    share: ({ accounts }) => shareAccountTexts(accounts),
    features: {
      // Without it, requests would leave directly.
      'egress-proxy': (data) => someAccount(data, ({ egressProxy }) => egressProxy != null),
      // Without it, an account of another API would get prompts.
      'http-service': (data) => someAccount(data, ({ service }) => service != null),
      // Without it, the key would leave in another header.
      'auth-header': (data) => someAccount(data, ({ authHeader }) => authHeader != null),
    },
  })
}

function someAccount(data: Record<string, unknown>, uses: (account: Partial<Account>) => boolean): boolean {
  const { accounts, archived } = data as unknown as AccountsData
  return [...accounts, ...archived].some(uses)
}

/** Describes a fault in the data of an account store in words; null: none. */
export function accountsProblem(data: unknown): string | null {
  const { defaultAccount, accounts, archived } = data as Record<string, unknown>
  if (defaultAccount !== null && typeof defaultAccount !== 'string')
    return 'defaultAccount must be an id or null'
  return (
    recordsProblem('accounts', accounts) ??
    recordsProblem('archived', archived) ??
    archiveProblem(archived as ArchivedAccount[]) ??
    duplicate([...(accounts as Account[]), ...(archived as Account[])].map((account) => account.id)) ??
    duplicate((accounts as Account[]).map(fullReference))
  )
}

function recordsProblem(field: string, records: unknown): string | null {
  if (!Array.isArray(records)) return `${field} must be a list`
  for (let index = 0; index < records.length; index += 1) {
    const problem = accountRecordProblem(records[index])
    if (problem !== null) return `${field}[${index}] ${problem}`
  }
  return null
}

function archiveProblem(archived: ArchivedAccount[]): string | null {
  const index = archived.findIndex((account) => Number.isNaN(Date.parse(account.archivedAt)))
  return index < 0 ? null : `archived[${index}] archivedAt must be a time`
}

function duplicate(keys: string[]): string | null {
  const seen = new Set<string>()
  for (const key of keys) {
    if (seen.has(key)) return `there are two accounts ${key}`
    seen.add(key)
  }
  return null
}
