// The toolkit room: use cases over accounts, quotas, rotation, providers and the store. Commands, the proxy, the API and
// the screens are thin ways into this one object. Everything costly opens on first use.

import type { ModelBook } from './models/model-book.ts'
import type { AdminAccess } from './admin/admin-access.ts'
import type { ClientKeys } from './keys/client-keys.ts'
import type { Aliases } from '../rotation/aliases.ts'
import type { Caps } from '../rotation/caps.ts'
import type { Placements } from '../account/placements.ts'
import type { Account } from '../account/account.ts'
import type { Ledger } from '../quota/ledger.ts'
import type { OwnPrices } from '../quota/prices/price-book.ts'
import type { Provider } from '../provider/provider.ts'
import type { Home } from '../store/home.ts'
import type { Template } from '../store/documents/templates-document.ts'
import type { BackupView, MadeBackup, OpenedBackup } from './backup/backup-views.ts'
import type { LoginOptions, LoginOverrides, PendingLogin } from './login/pending-login.ts'
import type { Access, TokenSet } from './login/token-set.ts'
import type { DoctorReport } from './doctor/check.ts'
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

export type { DoctorReport, Template }

export interface AccountFilter {
  user?: string
  provider?: string
  group?: string
}

/** What `auth add` and `accounts set` can say of an account. */
export interface AccountSettings {
  /** Free text for people; null: none. */
  label?: string | null
  groups?: string[]
  priority?: number
  weight?: number
  /** As written; an empty list returns to the provider's defaults. */
  limits?: string[]
  baseUrl?: string | null
  quotaGroup?: string | null
  /** URLs, the first first, with commas or blanks between. */
  egressProxy?: string | null
  models?: string[] | null
}

export interface NewAccount extends AccountSettings {
  provider: string
  /** Missing: derived from the label, or the first free of `PROVIDER`, `PROVIDER-2`, ... */
  name?: string
  user?: string
  /** The API key, verbatim; missing where the provider or the server at a loopback base URL needs none. */
  secret?: string
  /** True: the server takes requests without a key. */
  withoutKey?: boolean
  /** What a login gave, instead of a key. Where no base URL is said, the one that the login named is taken. */
  tokens?: TokenSet
  /** What another tool has counted for it today: counted before its limits hold. */
  usedToday?: UsedToday
}

/** What can be said of an account that is there, all in one change. */
export interface AccountChanges extends AccountSettings {
  name?: string
  enabled?: boolean
  /** Another API key, verbatim. */
  secret?: string
  /** Another login. */
  tokens?: TokenSet
}

/** How renewing a login went. */
export interface Renewal {
  account: AccountView
  /** `no-login`: it has a key, or nothing; `unreachable`: the tokens are as they were. */
  result: 'renewed' | 'needs-login' | 'unreachable' | 'no-login'
  message: string
}

export interface Verification {
  account: AccountView
  /** `refused`: the provider rejects the credential; `unreachable`: nobody answered; `unchecked`: it cannot be checked. */
  result: 'accepted' | 'refused' | 'unreachable' | 'unchecked'
  message: string
  latencyMs: number | null
}

export interface CheckResult extends Omit<Verification, 'account'> {
  /** The base URL at which a model server answers, where it is not the one that was given. */
  correctedBaseUrl?: string
}

export interface Accounts {
  /** Accounts of the store in their order, as records. */
  records(): Promise<Account[]>
  list(filter?: AccountFilter): Promise<AccountView[]>
  /** Throws `account_not_found` or `ambiguous_account` (naming the candidates). */
  find(reference: string, filter?: AccountFilter): Promise<Account>
  show(reference: string, filter?: AccountFilter): Promise<AccountView>
  add(account: NewAccount): Promise<AccountView>
  /** What `add` needs for an account with the settings of another; without a `secret` with the same key. */
  cloneOf(
    reference: string,
    name: string,
    options: { secret: string | null; filter?: AccountFilter },
  ): Promise<NewAccount>
  /** Takes it out of the store into the archive; `purge` destroys it and its secret. */
  remove(reference: string, options: { purge: boolean } & AccountFilter): Promise<AccountView>
  rename(reference: string, name: string, filter?: AccountFilter): Promise<AccountView>
  setEnabled(reference: string, enabled: boolean, filter?: AccountFilter): Promise<AccountView>
  /** All of it or, where something of it is refused, nothing. */
  set(reference: string, changes: AccountChanges, filter?: AccountFilter): Promise<AccountView>
  /** Names the account that commands use when none is named; null: which one it is, if any. */
  setDefault(reference: string, filter?: AccountFilter): Promise<AccountView>
  getDefault(): Promise<AccountView | null>
  /** Asks the provider whether it accepts a credential, before anything is stored. */
  checkCredential(account: NewAccount): Promise<CheckResult>
  /** Asks the provider, and records the verdict: `needs-login` when refused, cleared when accepted. */
  verify(reference: string, filter?: AccountFilter): Promise<Verification>
  /** Renews the tokens of a login now, whatever is left of their time. */
  refresh(reference: string, filter?: AccountFilter): Promise<Renewal>
  /**
   * The credential in the clear, of a login the access token, renewed when it is due. For the proxy and exec alone;
   * never printed. Throws `needs_login` when a login has ended, `upstream_unavailable` when it cannot be renewed now.
   */
  secretOf(account: Account): Promise<string>
  /** What is kept sealed, opened as it is: a key, or a token set as JSON. Nothing is renewed for it. */
  keptSecret(account: Account): Promise<string>
  /** The same with the time it is good for; `refused`: the token that the provider has just refused. */
  access(account: Account, refused?: string): Promise<Access>
  /**
   * The proxies that its requests leave through, in order, with their passwords; none: they go directly. Throws
   * `store_corrupt`, `vault_locked`.
   */
  egressOf(account: Account): Promise<EgressProxy[]>
  /** Where and how an account logged in; null: it has no login. */
  loginServerOf(account: Account): Promise<TokenSet['server']>
}

export interface Logins {
  /**
   * Begins the login of an account to come, or of one that is there; what else is wrong with it is said before anybody
   * goes to a browser. Throws `credentials_refused` with the server's words, `upstream_unavailable` without an answer.
   */
  begin(wanted: NewAccount, overrides?: LoginOverrides, options?: LoginOptions): Promise<PendingLogin>
}

export interface Quotas {
  /** References empty: all accounts that the filter leaves. */
  show(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /**
   * Whether each account would be asked now, as which one, or why not and until when. Needs no proxy. Throws
   * `account_not_found`, `ambiguous_account`, `invalid_value`, `invalid_usage`.
   */
  explain(query: ExplainQuery): Promise<ExplainDocument>
  /** Zeroes the counters of the accounts' limits and ends their cooldowns; returns what they show after. */
  reset(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /** Ends the cooldowns of the accounts and of their quota groups; counters stay. Returns what they show after. */
  endCooldowns(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
  /** Ends what the providers taught of their limits; counters and cooldowns stay. Returns what they show after. */
  forgetLearned(references: string[], filter?: AccountFilter): Promise<QuotaDocument>
}

export interface Settings {
  /** Flag and variable beat the file: a value with where it comes from. */
  list(): Promise<
    { key: string; value: unknown; origin: 'variable' | 'file' | 'default' | 'home'; description: string }[]
  >
  /** Throws `invalid_value` for a key it does not know, naming the nearest. */
  get(key: string): Promise<unknown>
  /** Takes a setting out of the file, so that its default holds; false: it was not there. */
  unset(key: string): Promise<boolean>
  set(key: string, value: string): Promise<unknown>
  /** Throws what `set` would throw; changes nothing. */
  check(key: string, value: string): Promise<void>
  /** Names of the user's own for models. Throws `invalid_value` for a section that is not well formed. */
  aliases(): Promise<Aliases>
  /** What the user says that models cost. Throws `invalid_value` for a section that is not well formed. */
  prices(): Promise<OwnPrices>
  /** How much the pool does at most. Throws `invalid_value` for a section that is not well formed. */
  caps(): Promise<Caps>
  /** What of the file nothing reads, in words: mistyped keys, mostly. */
  unknown(): Promise<string[]>
  readonly path: string
}

/** Accounts that were removed, but not for good. */
export interface Archive {
  /** Newest first. */
  list(filter?: AccountFilter): Promise<ArchivedView[]>
  /** Of several that had the same name, the one removed last. Throws `account_not_found` or `ambiguous_account`. */
  find(reference: string, filter?: AccountFilter): Promise<ArchivedView>
  /** Brings one back, under another name where `name` says so. Throws `name_in_use`. */
  restore(id: string, name?: string): Promise<AccountView>
  /** Destroys an archived account, its key and its folder. */
  purge(id: string): Promise<void>
}

/** Settings of accounts without their secrets, by name. All but `save` throw `template_not_found`. */
export interface Templates {
  /** By name. */
  list(): Promise<Template[]>
  has(name: string): Promise<boolean>
  /** Keeps the settings that an account has now, in place of a template of that name. */
  save(name: string, reference: string, filter?: AccountFilter): Promise<Template>
  /** Gives an account all settings of a template; the base URL only at the provider that it is of. */
  apply(name: string, reference: string): Promise<AccountView>
  remove(name: string): Promise<Template>
}

export interface Backups {
  /** Whether a backup written there would replace a file. */
  exists(file: string): boolean
  /** `qwenctl-backup-2026-11-22`, in the current folder. */
  defaultFile(): string
  /** Writes a backup of everything, 0600, and only as a whole. */
  write(file: string, passphrase: string): Promise<BackupView>
  /** The bytes of a backup, written nowhere. */
  make(passphrase: string): Promise<MadeBackup>
  /** Decrypts and checks one, and changes nothing. Throws `vault_locked`, `store_corrupt`, `store_too_new`. */
  open(file: string, passphrase: string): Promise<OpenedBackup>
}

/** The providers that answered the hook `qwenctl:providers`, by id. */
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
  /** Registrations that failed or clashed, by plugin: warned about, never swallowed. */
  readonly problems: string[]
}

export interface Toolkit {
  readonly home: Home
  readonly accounts: Accounts
  readonly quotas: Quotas
  /** What was done, by hour and day. */
  readonly history: HistoryBooks
  /** Tells people when limits pass thresholds. */
  readonly notices: Notices
  readonly settings: Settings
  /** Which models services said they have. */
  readonly models: ModelBook
  readonly keys: ClientKeys
  readonly logins: Logins
  readonly proxies: Proxies
  readonly backups: Backups
  readonly archive: Archive
  readonly templates: Templates
  /** Who may use the management API. */
  readonly admin: AdminAccess
  /** Checks everything that qwenctl depends on; `fix` closes what other users of the machine can open. */
  doctor(options: { fix: boolean }): Promise<DoctorReport>
  /** What seals the secrets; opens nothing. */
  storage(): Promise<StorageView>
  /** Seals all secrets with something else, all or none. Throws `vault_locked`, and `failed` while a proxy runs. */
  moveStorage(to: string): Promise<StorageView>
  /**
   * Starts a new vault by the rules of a fresh home, and marks every credential as missing. Opens nothing of the old one.
   * Throws `failed` while a proxy runs.
   */
  resetStorage(): Promise<StorageResetView>
  /** How everything here reaches others. Throws `invalid_value` for a file of certificates that is none. */
  egress(): Promise<Egress>
  /** Asked of the plugins on first use. */
  providers(): Promise<ProviderRegistry>
  ledger(): Promise<Ledger>
  /** Brings the limits of all accounts, configured or default, into the ledger; writes nothing where they are. */
  reconcileLimits(): Promise<void>
  /** Calls back within a second of every change of the accounts, by whichever process; answers what stops it. */
  watchAccounts(onChange: () => void): () => void
  /** The same for the client keys. */
  watchKeys(onChange: () => void): () => void
  /** The same for the configuration file. */
  watchSettings(onChange: () => void): () => void
  /** Calls back with each line about a plugin whose code failed; answers what stops it. Until then they are warnings. */
  watchPluginFaults(onFault: (message: string) => void): () => void
  /**
   * Keeps reading what other processes write to the ledger, and reports what goes wrong with its files, in words; answers
   * what stops it.
   */
  followLedger(onProblem: (problem: string) => void): () => void
  /** Whether the process that made an open reservation still runs, so that it can end. */
  readonly isInFlight: (reservationId: string) => boolean
  /** Which account holds a conversation or a stored response, for all processes of the home. */
  readonly placements: { conversations: Placements; states: Placements }
  /** What people should know (key file without a passphrase, clock ahead of the ledger); for stderr. */
  warnings(): string[]
  close(): Promise<void>
}
