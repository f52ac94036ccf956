import { turnClock } from '../base/turn-clock.ts'
import type { EgressProxy } from '../net/egress-proxy.ts'
import type { Egress } from '../net/egress.ts'
import type { Ledger } from '../quota/ledger.ts'
import type { AccountsData } from '../store/documents/accounts-document.ts'
import { openAccountsDocument } from '../store/documents/accounts-document.ts'
import type { JsonDocument } from '../store/documents/document.ts'
import { watchFile } from '../store/documents/files/watch.ts'
import { openKeysDocument } from '../store/documents/keys-document.ts'
import { openTemplatesDocument } from '../store/documents/templates-document.ts'
import type { Home } from '../store/home.ts'
import { resolveHome } from '../store/home.ts'
import { closeStore } from '../store/redis/open-store.ts'
import { watchDocument } from '../store/redis/watch-document.ts'
import type { Archive } from './accounts/account-archive.ts'
import { AccountArchive } from './accounts/account-archive.ts'
import type { AddressRules } from './accounts/account-fields.ts'
import { AccountSecrets } from './accounts/account-secrets.ts'
import type { Accounts } from './accounts/accounts.ts'
import { AccountChecks } from './accounts/checks/account-checks.ts'
import { StoredAccounts } from './accounts/stored-accounts.ts'
import { Templates } from './accounts/templates.ts'
import { AdminAccess } from './admin/admin-access.ts'
import { Backups } from './backup/backups.ts'
import { BatchRecords } from './batch/batch-records.ts'
import type { DoctorOptions, DoctorReport } from './doctor/check.ts'
import type { HistoryBooks } from './history/history-views.ts'
import { LedgerHistory } from './history/ledger-history.ts'
import { readHomeFacts } from './home/home-facts.ts'
import { HomeLedger } from './home/home-ledger.ts'
import { HomePlacements } from './home/home-placements.ts'
import { HomeStorage } from './home/home-storage.ts'
import type { Jobs } from './jobs/jobs.ts'
import { openJobs } from './jobs/open-jobs.ts'
import { ClientKeys } from './keys/client-keys.ts'
import { AccountLogins } from './login/account-logins.ts'
import { systemTime } from './login/device-login.ts'
import { DeviceLogins } from './login/device-logins.ts'
import type { LoginHttp } from './login/login-http.ts'
import type { Logins } from './login/logins.ts'
import { ModelBook } from './models/model-book.ts'
import type { Notices } from './notices/notices.ts'
import { openNotices } from './notices/open-notices.ts'
import { once } from './once.ts'
import { ownVersion } from './own-version.ts'
import { PluginFaults } from './providers/plugin-faults.ts'
import type { ProviderRegistry } from './providers/provider-registry.ts'
import { Proxies } from './proxies.ts'
import type { StoreSnapshot } from './quota/direct-quota.ts'
import { LedgerQuotas } from './quota/ledger-quotas.ts'
import type { Quotas } from './quota/quotas.ts'
import { findDefaultUser } from './settings/default-user.ts'
import { FileSettings } from './settings/file-settings.ts'
import type { Settings } from './settings/settings.ts'
import { Stores } from './store/stores.ts'
import { pickCost, type ToolkitOptions } from './toolkit-options.ts'
import type { Toolkit } from './toolkit.ts'
import type { StorageResetView, StorageView } from './views.ts'

export type { ToolkitOptions }

/** For one exchange with a login server: shorter than the time that others wait for its lock. */
const LOGIN_TIMEOUT_MS = 30_000
/** A healthy service answers its root much sooner. */
const DOCTOR_TIMEOUT_MS = 5_000
const CHECK_TIMEOUT_MS = 10_000

/** The one place that wires the folders together. Opens no file; each part opens on first use. */
export function openToolkit(options: ToolkitOptions): Toolkit {
  return new LazyToolkit(options)
}

class LazyToolkit implements Toolkit {
  readonly #options: ToolkitOptions
  readonly #clock: () => number
  readonly #warnings = new Set<string>()
  readonly #warn = (message: string): void => void this.#warnings.add(message)
  readonly #faults = new PluginFaults(() => this.#clock(), this.#warn)
  /** All parts share this object, so that a running proxy decodes each version of the accounts once. */
  readonly #accountsDocument: JsonDocument<AccountsData>
  readonly #ledger: HomeLedger
  readonly #storage: HomeStorage
  readonly #secrets: AccountSecrets
  readonly #accountLogins: AccountLogins
  readonly #books = (): Promise<StoreSnapshot> => this.#ledger.read()
  readonly #running = (): string[] => this.proxies.list().map(({ url }) => url)
  readonly home: Home
  readonly settings: Settings
  readonly proxies: Proxies
  readonly models: ModelBook
  readonly admin: AdminAccess
  readonly accounts: Accounts
  readonly archive: Archive
  readonly templates: Templates
  readonly keys: ClientKeys
  readonly logins: Logins
  readonly quotas: Quotas
  readonly history: HistoryBooks
  readonly notices: Notices
  readonly jobs: Jobs
  readonly batches: BatchRecords
  readonly backups: Backups
  readonly store: Stores
  readonly placements = new HomePlacements(() => this.home)
  readonly egress = once(() => this.#openEgress())
  readonly providers = once(() => this.#openProviders())
  readonly ledger = (): Promise<Ledger> => this.#ledger.open()

  /** The order matters: a part is there before those that are built from it. */
  constructor(options: ToolkitOptions) {
    this.#options = options
    this.#clock = options.clock ?? turnClock
    this.home = resolveHome(options.env)
    this.#accountsDocument = openAccountsDocument(this.home)
    this.settings = this.#openSettings()
    this.proxies = new Proxies(this.home)
    this.models = new ModelBook(this.home, this.#clock)
    this.admin = new AdminAccess(this.home, this.#clock)
    this.#ledger = this.#openLedger()
    this.#storage = this.#openStorage()
    this.#secrets = new AccountSecrets(once(() => this.#storage.open()))
    this.#accountLogins = this.#openAccountLogins()
    this.accounts = this.#openAccounts()
    this.archive = new AccountArchive({ ...this.#accountStore(), show: (id) => this.accounts.show(id) })
    this.templates = this.#openTemplates()
    this.keys = this.#openKeys()
    this.logins = this.#openLogins()
    this.quotas = this.#openQuotas()
    this.history = this.#openHistory()
    this.notices = openNotices(this, options.env)
    this.jobs = openJobs(this, { books: this.#books, clock: this.#clock })
    this.batches = new BatchRecords(this.home)
    this.backups = this.#openBackups()
    this.store = this.#openStores()
  }

  readonly watchAccounts = (onChange: () => void) =>
    watchDocument(this.home, this.home.accountsFile, onChange)
  readonly watchKeys = (onChange: () => void) => watchDocument(this.home, this.home.keysFile, onChange)
  readonly watchJobs = (onChange: () => void) => watchDocument(this.home, this.home.jobsFile, onChange)
  readonly watchSettings = (onChange: () => void) => watchFile(this.settings.path, onChange)
  readonly isInFlight = (reservationId: string): boolean => this.#ledger.isInFlight(reservationId)

  watchPluginFaults(onFault: (message: string) => void): () => void {
    return this.#faults.watch(onFault)
  }

  followLedger(onProblem: (problem: string) => void): () => void {
    return this.#ledger.follow(onProblem)
  }

  reconcileLimits(): Promise<void> {
    return this.#ledger.reconcile()
  }

  storage(): Promise<StorageView> {
    return this.#storage.show()
  }

  moveStorage(to: string): Promise<StorageView> {
    return this.#storage.move(to)
  }

  resetStorage(): Promise<StorageResetView> {
    return this.#storage.reset()
  }

  async doctor(options: DoctorOptions): Promise<DoctorReport> {
    const { examine } = await import('./doctor/doctor.ts')
    const vault = once(() => this.#storage.open({ quietly: true }))
    return examine({
      ...options,
      home: this.home,
      settings: this.settings,
      vault,
      env: this.#options.env,
      clock: this.#clock,
      secrets: new AccountSecrets(vault),
      providers: this.providers,
      egress: this.egress,
      accounts: async () => (await this.quotas.show([])).accounts,
      running: () => this.proxies.list(),
      standings: () => this.proxies.standings(),
      timeoutMs: this.#options.checkTimeoutMs ?? DOCTOR_TIMEOUT_MS,
      userAgent: userAgent(),
    })
  }

  warnings(): string[] {
    return [...this.#warnings]
  }

  async close(): Promise<void> {
    await this.#accountLogins.settle()
    this.placements.close()
    await this.models.close()
    await this.#ledger.close()
    await this.jobs.settle()
    await closeStore(this.home)
  }

  // ---- the parts, in the order of the constructor ----

  #openSettings(): Settings {
    const { configFile, pricesFile } = this.home
    return new FileSettings({
      file: configFile,
      pricesFile,
      env: this.#options.env,
      facts: readHomeFacts(this),
    })
  }

  #openLedger(): HomeLedger {
    return new HomeLedger({
      home: this.home,
      document: this.#accountsDocument,
      settings: this.settings,
      providers: this.providers,
      clock: this.#clock,
      isClockGiven: this.#options.clock !== undefined,
      warn: this.#warn,
    })
  }

  #openStorage(): HomeStorage {
    return new HomeStorage({
      home: this.home,
      proxies: this.proxies,
      clock: this.#clock,
      options: this.#options,
      warn: this.#warn,
    })
  }

  #openAccountLogins(): AccountLogins {
    return new AccountLogins({
      ...this.#accountStore(),
      secrets: this.#secrets,
      warn: this.#warn,
      http: (via) => this.#loginHttp(via),
      random: this.#options.random ?? Math.random,
    })
  }

  #openAccounts(): Accounts {
    const { user, checkTimeoutMs: timeoutMs = CHECK_TIMEOUT_MS } = this.#options
    const secrets = this.#secrets
    const logins = this.#accountLogins
    const addressRules = () => this.#addressRules()
    const { providers, egress } = this
    const defaultUser = async () => user ?? (await findDefaultUser(this.settings))
    const request = () => ({ timeoutMs, clock: this.#clock, userAgent: userAgent() })
    return new StoredAccounts({
      ...this.#accountStore(),
      secrets,
      logins,
      addressRules,
      books: this.#books,
      warn: this.#warn,
      defaultUser,
      checks: new AccountChecks({
        ...{ secrets, logins, addressRules, providers, egress, request, defaultUser },
        models: this.models,
      }),
    })
  }

  /** The parts that every use case over stored accounts needs. */
  #accountStore() {
    const { home, ledger, providers } = this
    return { home, document: this.#accountsDocument, ledger, providers, clock: this.#clock }
  }

  #openTemplates(): Templates {
    const document = openTemplatesDocument(this.home)
    return new Templates({ home: this.home, document, clock: this.#clock, accounts: this.accounts })
  }

  #openKeys(): ClientKeys {
    return new ClientKeys({
      document: openKeysDocument(this.home),
      accounts: this.#accountsDocument,
      ledger: this.ledger,
      books: this.#books,
      clock: this.#clock,
    })
  }

  #openLogins(): Logins {
    return new DeviceLogins({
      providers: this.providers,
      secrets: this.#secrets,
      addressRules: () => this.#addressRules(),
      http: (via) => this.#loginHttp(via),
      time: { clock: this.#clock, sleep: this.#options.sleep ?? systemTime.sleep },
    })
  }

  #openQuotas(): Quotas {
    const { home, ledger, providers, settings, models, proxies, placements, isInFlight } = this
    return new LedgerQuotas({
      home,
      ledger,
      providers,
      settings,
      models,
      proxies,
      placements,
      isInFlight,
      books: this.#books,
      keys: () => this.keys.records(),
      planOf: (account, allowsUnofficial) => this.accounts.readPlan(account, allowsUnofficial),
    })
  }

  #openHistory(): HistoryBooks {
    return new LedgerHistory({
      home: this.home,
      books: this.#books,
      warn: this.#warn,
      keys: () => this.keys.records(),
      jobs: async () => (await this.jobs.read()).jobs,
      runs: (since) => this.jobs.endedRuns(since),
    })
  }

  #openBackups(): Backups {
    return new Backups({
      ...this.#accountStore(),
      secrets: this.#secrets,
      running: this.#running,
      vault: () => this.#storage.open({ quietly: true }),
      hasSealed: () => this.#storage.hasSealed(),
      freshVault: () => this.#storage.createFresh(),
      ...pickCost(this.#options),
    })
  }

  #openStores(): Stores {
    return new Stores({
      home: this.home,
      env: this.#options.env,
      running: this.#running,
      clock: this.#clock,
      vault: () => this.#storage.open(),
    })
  }

  // ---- connections, and the providers ----

  async #openEgress(): Promise<Egress> {
    const { openEgress } = await import('../net/egress.ts')
    const ca = this.#options.ca ?? ((await this.settings.get('proxy.ca')) as string[])
    return openEgress({ ca, ...(await this.#addressRules()) })
  }

  async #addressRules(): Promise<AddressRules> {
    return { allowMetadata: Boolean(await this.settings.get('proxy.allowMetadata')) }
  }

  async #loginHttp(via: readonly EgressProxy[]): Promise<LoginHttp> {
    const agents = (await this.egress()).agents(via, LOGIN_TIMEOUT_MS)
    return { timeoutMs: LOGIN_TIMEOUT_MS, userAgent: userAgent(), agents }
  }

  async #openProviders(): Promise<ProviderRegistry> {
    const { openProviders } = await import('./providers/open-providers.ts')
    const registry = await openProviders({
      ...this.#options,
      clock: this.#clock,
      onFault: (fault) => this.#faults.note(fault),
      addressRules: () => this.#addressRules(),
    })
    for (const problem of registry.problems) this.#warn(problem)
    return registry
  }
}

function userAgent(): string {
  return `qwenctl/${ownVersion()}`
}
