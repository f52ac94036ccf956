// The toolkit: use cases over accounts, quotas, rotation, providers and the store. Commands, the proxy, the API and
// the screens are thin layers over this one object. Every costly part opens on first use.

import type { Stores } from './store/stores.ts'
import type { ModelBook } from './models/model-book.ts'
import type { AdminAccess } from './admin/admin-access.ts'
import type { ClientKeys } from './keys/client-keys.ts'
import type { BatchRecords } from './batch/batch-records.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Aliases } from '../rotation/models/aliases.ts'
import type { Caps } from '../rotation/caps.ts'
import type { Placements } from '../account/placements.ts'
import type { Account } from '../account/account.ts'
import type { Ledger } from '../quota/ledger.ts'
import type { OwnPrices } from '../quota/prices/price-book.ts'
import type { PriceTable } from '../quota/prices/price-table.ts'
import type { PlanWindow } from '../provider/plans/plan-reader.ts'
import type { Provider } from '../provider/provider.ts'
import type { Home } from '../store/home.ts'
import type { Template } from '../store/documents/templates-document.ts'
import type { BackupView, MadeBackup, OpenedBackup } from './backup/backup-views.ts'
import type { LoginOptions, LoginOverrides, PendingLogin } from './login/pending-login.ts'
import type { Access, TokenSet } from './login/token-set.ts'
import type { DoctorOptions, DoctorReport } from './doctor/check.ts'
import type { Egress } from '../net/egress.ts'
import type { EgressProxy } from '../net/egress-proxy.ts'
import type { HistoryBooks } from './history/history-views.ts'
import type { Notices } from './notices/notice-views.ts'
import type { Proxies } from './proxies.ts'
import type { UsedToday } from './quota/used-today.ts'
import type {
  AccountView,
  ArchivedView,
  ExplainDocument,
  ExplainQuery,
  ProviderDetailView,
  ProviderView,
  QuotaDocument,
  StorageResetView,
  StorageView,
} from './views.ts'

export type { DoctorOptions, DoctorReport, Template }

export interface AccountFilter {
  user?: string
  provider?: string
  group?: string
}

/** The settings of an account for `auth add` and `accounts set`. */
export interface AccountSettings {
  /** Free text for people; null: none. */
  label?: string | null
  groups?: string[]
  priority?: number
  weight?: number
  /** As written; an empty list restores the provider's defaults. */
  limits?: string[]
  baseUrl?: string | null
  /** The Messages base of a service with both dialects; `baseUrl` is the OpenAI base then. */
  anthropicBaseUrl?: string | null
  /** The service of an account at `http`. */
  service?: string | null
  /** `Authorization: Bearer {key}`. */
  authHeader?: string | null
  quotaGroup?: string | null
  /** URLs in order, separated by commas or blanks. */
  egressProxy?: string | null
  models?: string[] | null
}

export interface NewAccount extends AccountSettings {
  provider: string
  /** Missing: derived from the label, or the first free of `PROVIDER`, `PROVIDER-2`, ... */
  name?: string
  user?: string
  /** The API key, verbatim; missing if the provider or the server at a loopback base URL needs none. */
  secret?: string
  /** True: the server accepts requests without a key. */
  withoutKey?: boolean
  /** The tokens of a login, instead of a key. Without a base URL, the one that the login named is used. */
  tokens?: TokenSet
  /** Another tool's count of today, recorded before the limits apply. */
  usedToday?: UsedToday
}

/** Changes to an existing account, applied together. */
export interface AccountChanges extends AccountSettings {
  name?: string
  enabled?: boolean
  /** Another API key, verbatim. */
  secret?: string
  /** Another login. */
  tokens?: TokenSet
}

/** The result of renewing a login. */
export interface Renewal {
  account: AccountView
  /** `no-login`: the account has a key, or nothing; `unreachable`: the tokens are unchanged. */
  result: 'renewed' | 'needs-login' | 'unreachable' | 'no-login'
  message: string
}

export interface Verification {
  account: AccountView
  /**
   * `refused`: the provider rejects the credential; `unreachable`: no response; `unchecked`: it cannot be checked.
   */
  result: 'accepted' | 'refused' | 'unreachable' | 'unchecked'
  message: string
  latencyMs: number | null
}

export interface CheckResult extends Omit<Verification, 'account'> {
  /** The base URL at which a model server answers, if it differs from the given one. */
  correctedBaseUrl?: string
}

export interface Accounts {
  /** Records of all accounts, in stored order. */
  records(): Promise<Account[]>
  list(filter?: AccountFilter): Promise<AccountView[]>
  /** Throws `account_not_found` or `ambiguous_account` (naming the candidates). */
  find(reference: string, filter?: AccountFilter): Promise<Account>
  show(reference: string, filter?: AccountFilter): Promise<AccountView>
  add(account: NewAccount): Promise<AccountView>
  /** The input of `add` for an account with the settings of another; without a `secret` with the same key. */
  prepareClone(
    reference: string,
    name: string,
    options: { secret: string | null; filter?: AccountFilter },
  ): Promise<NewAccount>
  /** Moves the account into the archive; `purge` destroys the account and its secret. */
  remove(reference: string, options: { purge: boolean } & AccountFilter): Promise<AccountView>
  rename(reference: string, name: string, filter?: AccountFilter): Promise<AccountView>
  setEnabled(reference: string, enabled: boolean, filter?: AccountFilter): Promise<AccountView>
  /** Applies all changes, or none if one is refused. */
  set(reference: string, changes: AccountChanges, filter?: AccountFilter): Promise<AccountView>
  /** The path of an account's own folder, which may not exist yet. */
  locateFolder(account: Pick<Account, 'user' | 'provider' | 'name'>): string
  /** The account's own folder, with everything that jobs use. */
  prepareFolder(account: Account): Promise<string>
  /** Gives an account's folder the settings, templates, keywords and media of another one. */
  copyFolder(from: string, to: string, filter?: AccountFilter): Promise<void>
  /** Sets the account that commands use if none is named; null: returns the current default, if any. */
  setDefault(reference: string, filter?: AccountFilter): Promise<AccountView>
  getDefault(): Promise<AccountView | null>
  /** Asks the provider whether it accepts a credential, before anything is stored. */
  checkCredential(account: NewAccount): Promise<CheckResult>
  /** The provider's own counts; null: it cannot be asked. Throws `upstream_unavailable`. */
  readPlan(account: Account, allowsUnofficial: boolean): Promise<PlanWindow[] | null>
  /** Asks the provider, and records the verdict: `needs-login` when refused, cleared when accepted. */
  verify(reference: string, filter?: AccountFilter): Promise<Verification>
  /** Renews the tokens of a login now, even if they are not due. */
  refresh(reference: string, filter?: AccountFilter): Promise<Renewal>
  /**
   * The credential in the clear; for a login the access token, renewed if due. For the proxy and exec alone; never
   * printed. Throws `needs_login` when a login has ended, `upstream_unavailable` when it cannot be renewed now.
   */
  readSecret(account: Account): Promise<string>
  /** The sealed credential, opened without a renewal: a key, or a token set as JSON. */
  keptSecret(account: Account): Promise<string>
  /** The credential with its validity; `refused`: the token that the provider has just refused. */
  access(account: Account, refused?: string): Promise<Access>
  /**
   * The egress proxies of the account, in order, with their passwords; empty: direct. Throws `store_corrupt`,
   * `vault_locked`.
   */
  readEgress(account: Account): Promise<EgressProxy[]>
  /** The server and method of an account's login; null: it has no login. */
  readLoginServer(account: Account): Promise<TokenSet['server']>
}

export interface Logins {
  /**
   * Begins the login of a new or existing account; other faults are reported before the user opens a browser. Throws
   * `credentials_refused` with the server's words, `upstream_unavailable` without a response.
   */
  begin(wanted: NewAccount, overrides?: LoginOverrides, options?: LoginOptions): Promise<PendingLogin>
}

export interface PlanRefresh {
  document: QuotaDocument
  /** Why a provider could not be asked, in words. */
  failures: string[]
}

export interface Quotas {
  /** No references: all accounts that match the filter. */
  show(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /**
   * Whether each account would be used now, in which place, or why not and until when. Needs no proxy. Throws
   * `account_not_found`, `ambiguous_account`, `invalid_value`, `invalid_usage`.
   */
  explain(query: ExplainQuery): Promise<ExplainDocument>
  /**
   * Asks the providers for their own counts, and records them. A provider that fails stops no other.
   */
  refresh(references: string[], filter?: AccountFilter): Promise<PlanRefresh>
  /** Zeroes the counters of the accounts' limits and ends their cooldowns; returns the new state. */
  reset(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /** Ends the cooldowns of the accounts and of their quota groups; counters stay. Returns the new state. */
  endCooldowns(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /** Removes limits learned from the providers; counters and cooldowns stay. Returns the new state. */
  forgetLearned(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
}

export interface Settings {
  /** All values with their sources. Flag and variable override the file. */
  list(): Promise<
    { key: string; value: unknown; origin: 'variable' | 'file' | 'default' | 'home'; description: string }[]
  >
  /** Throws `invalid_value` for an unknown key, naming the nearest. */
  get(key: string): Promise<unknown>
  /** Removes a setting from the file, so that its default applies; false: it was not there. */
  unset(key: string): Promise<boolean>
  set(key: string, value: string): Promise<unknown>
  /** Throws what `set` would throw; changes nothing. */
  check(key: string, value: string): Promise<void>
  /** The user's own names for models. Throws `invalid_value` for a malformed section. */
  aliases(): Promise<Aliases>
  /** The user's own prices of models. Throws `invalid_value` for a malformed section. */
  prices(): Promise<OwnPrices>
  /** The list prices in force: of `prices update`, or of this version. Throws `invalid_value` for a damaged file. */
  priceTable(): Promise<PriceTable>
  /** The caps of the pool. Throws `invalid_value` for a malformed section. */
  caps(): Promise<Caps>
  /** Descriptions of unknown entries in the file, mostly mistyped keys. */
  unknown(): Promise<string[]>
  readonly path: string
}

/** Accounts that were removed, but not permanently. */
export interface Archive {
  /** Newest first. */
  list(filter?: AccountFilter): Promise<ArchivedView[]>
  /**
   * Finds the archived account; among several with the same name, the one removed last. Throws `account_not_found` or
   * `ambiguous_account`.
   */
  find(reference: string, filter?: AccountFilter): Promise<ArchivedView>
  /** Restores an archived account, under the name `name` if given. Throws `name_in_use`. */
  restore(id: string, name?: string): Promise<AccountView>
  /** Destroys an archived account, its key and its folder. */
  purge(id: string): Promise<void>
}

/** Settings of accounts without their secrets, by name. All but `save` throw `template_not_found`. */
export interface Templates {
  /** Sorted by name. */
  list(): Promise<Template[]>
  has(name: string): Promise<boolean>
  /** Saves the current settings of an account; replaces a template with the same name. */
  save(name: string, reference: string, filter?: AccountFilter): Promise<Template>
  /** Applies all settings of a template to an account. The base URL applies only at the template's own provider. */
  apply(name: string, reference: string): Promise<AccountView>
  remove(name: string): Promise<Template>
}

export interface Backups {
  /** Whether a backup at this path would replace a file. */
  exists(file: string): boolean
  /** `qwenctl-backup-2026-11-22`, in the current folder. */
  defaultFile(): string
  /** Writes a backup of everything with mode 0600, completely or not at all. */
  write(file: string, passphrase: string): Promise<BackupView>
  /** The bytes of a backup, written nowhere. */
  make(passphrase: string): Promise<MadeBackup>
  /** Decrypts and checks one, and changes nothing. Throws `vault_locked`, `store_corrupt`, `store_too_new`. */
  open(file: string, passphrase: string): Promise<OpenedBackup>
}

/** The providers from the hook `qwenctl:providers`, by id. */
export interface ProviderRegistry {
  /** Throws `unknown_provider`, naming the nearest. */
  get(id: string): Provider
  /** The provider of an account: faults of its plugin name the account. Throws `unknown_provider`. */
  of(account: Pick<Account, 'provider' | 'name'>): Provider
  has(id: string): boolean
  all(): Provider[]
  views(): ProviderView[]
  /** Throws `unknown_provider`, naming the nearest. */
  show(id: string): ProviderDetailView
  /** Failed or conflicting registrations, by plugin: reported as warnings, never hidden. */
  readonly problems: string[]
}

export interface Toolkit {
  readonly home: Home
  readonly accounts: Accounts
  readonly quotas: Quotas
  /** Totals by hour and day. */
  readonly history: HistoryBooks
  /** Notifies people when limits pass thresholds. */
  readonly notices: Notices
  readonly settings: Settings
  /** The models that services reported. */
  readonly models: ModelBook
  readonly keys: ClientKeys
  readonly logins: Logins
  readonly proxies: Proxies
  /** Scheduled work. */
  readonly jobs: Jobs
  /** The batches that run or ran on this machine. */
  readonly batches: BatchRecords
  readonly backups: Backups
  readonly archive: Archive
  readonly templates: Templates
  /** Access to the management API. */
  readonly admin: AdminAccess
  /** The place of accounts and counts. */
  readonly store: Stores
  /** Checks everything that qwenctl depends on; `fix` removes the access of other users of the machine. */
  doctor(options: DoctorOptions): Promise<DoctorReport>
  /** The key that seals the secrets; opens nothing. */
  storage(): Promise<StorageView>
  /** Seals all secrets with another key, all or none. Throws `vault_locked`, and `failed` while a proxy runs. */
  moveStorage(to: string): Promise<StorageView>
  /**
   * Starts a new vault by the rules of a fresh home, and marks every credential as missing. Opens nothing of the old one.
   * Throws `failed` while a proxy runs.
   */
  resetStorage(): Promise<StorageResetView>
  /** How everything here reaches others. Throws `invalid_value` for a file of certificates that is none. */
  egress(): Promise<Egress>
  /** Loaded from the plugins on first use. */
  providers(): Promise<ProviderRegistry>
  ledger(): Promise<Ledger>
  /**
   * Records the limits of all accounts, configured or default, in the ledger; writes nothing if they are recorded
   * already.
   */
  reconcileLimits(): Promise<void>
  /** Calls back within a second of every change of the accounts, by any process; returns a function that stops it. */
  watchAccounts(onChange: () => void): () => void
  /** The same for the client keys. */
  watchKeys(onChange: () => void): () => void
  /** The same for the jobs. */
  watchJobs(onChange: () => void): () => void
  /** The same for the configuration file. */
  watchSettings(onChange: () => void): () => void
  /**
   * Calls back with each line about a plugin's faulty code; returns a function that stops it. Earlier lines are
   * warnings.
   */
  watchPluginFaults(onFault: (message: string) => void): () => void
  /**
   * Continuously reads the ledger events of other processes, and reports problems with its files in words. Returns a
   * function that stops it.
   */
  followLedger(onProblem: (problem: string) => void): () => void
  /** Whether the process that made an open reservation still runs, so that it can end. */
  readonly isInFlight: (reservationId: string) => boolean
  /** The account of each conversation or stored response, for all processes of the home. */
  readonly placements: { conversations: Placements; states: Placements }
  /** Warnings for people (key file without a passphrase, clock ahead of the ledger); for stderr. */
  warnings(): string[]
  close(): Promise<void>
}
