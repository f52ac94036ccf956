import type { Ledger } from '../quota/ledger.ts'
import { accountsDocument } from '../store/documents/accounts-document.ts'
import type { AccountsData } from '../store/documents/accounts-document.ts'
import { keysDocument } from '../store/documents/keys-document.ts'
import { templatesDocument } from '../store/documents/templates-document.ts'
import type { StorageResetView, StorageView } from './views.ts'
import { systemClock } from '../store/ledger/machine-clock.ts'
import { watchFile } from '../store/documents/files/watch.ts'
import type { Home } from '../store/home.ts'
import { resolveHome } from '../store/home.ts'
import type { TicketLedger } from '../store/ledger/ticket-ledger.ts'
import { AdminAccess } from './admin/admin-access.ts'
import { AccountArchive } from './accounts/account-archive.ts'
import { AccountChecks } from './accounts/checks/account-checks.ts'
import { AccountSecrets } from './accounts/account-secrets.ts'
import { StoredAccounts } from './accounts/accounts.ts'
import { FileBackups } from './backup/backups.ts'
import type { AddressRules } from './accounts/account-fields.ts'
import { needsPlugins, readBooks, readOpenBooks, type StoreSnapshot } from './quota/direct-quota.ts'
import type { Egress } from '../net/egress.ts'
import type { EgressProxy } from '../net/egress-proxy.ts'
import { AccountLogins } from './login/account-logins.ts'
import { systemTime } from './login/device-login.ts'
import type { LoginHttp } from './login/login-http.ts'
import { DeviceLogins } from './login/logins.ts'
import type { HistoryBooks } from './history/history-views.ts'
import { LedgerHistory } from './history/ledger-history.ts'
import { BatchRecords } from './batch/batch-records.ts'
import { openJobs } from './jobs/open-jobs.ts'
import type { Jobs } from './jobs/jobs.ts'
import { ModelBook } from './models/model-book.ts'
import { openNotices } from './notices/open-notices.ts'
import type { Notices } from './notices/notice-views.ts'
import { homeFacts } from './home/home-facts.ts'
import { HomeStorage } from './home/home-storage.ts'
import { HomePlacements } from './home/home-placements.ts'
import { knownWriters } from './home/known-writers.ts'
import { once } from './once.ts'
import { ownVersion } from './own-version.ts'
import { Proxies } from './proxies.ts'
import { LedgerQuotas } from './quota/quotas.ts'
import { PluginFaults } from './providers/plugin-faults.ts'
import { reconcileLimits } from './quota/reconcile.ts'
import { ClientKeys } from './keys/client-keys.ts'
import { FileSettings } from './settings/settings.ts'
import { StoredTemplates } from './accounts/templates.ts'
import type {
  Accounts,
  Archive,
  Backups,
  DoctorOptions,
  DoctorReport,
  Templates,
  Logins,
  ProviderRegistry,
  Quotas,
  Settings,
  Toolkit,
} from './toolkit.ts'
import { clockWarning, endInterruptedRestore } from './home/home-warnings.ts'
import { Stores } from './store/stores.ts'
import type { SharedStore } from '../store/redis/shared-store.ts'
import { closeStore, openStore } from '../store/redis/store-of.ts'
import { watchDocument } from '../store/redis/watch-document.ts'
import { pickCost, type ToolkitOptions } from './toolkit-options.ts'
import { turnClock } from '../base/turn-clock.ts'

export type { ToolkitOptions }

/** For one exchange with a login server: shorter than the time that others wait for its lock. */
const LOGIN_TIMEOUT_MS = 30_000
/** A healthy service answers its root much sooner. */
const DOCTOR_TIMEOUT_MS = 5_000
/** The delay until resets and cooldowns by other processes take effect, even without a request that reads them. */
const LEDGER_POLL_MS = 200

/** The one place that wires the folders together. Opens no file; each part opens on first use. */
export function openToolkit(options: ToolkitOptions): Toolkit {
  return new LazyToolkit(options)
}

class LazyToolkit implements Toolkit {
  readonly home: Home
  readonly accounts: Accounts
  readonly quotas: Quotas
  readonly history: HistoryBooks
  readonly notices: Notices
  readonly settings: Settings
  readonly logins: Logins
  readonly proxies: Proxies
  readonly backups: Backups
  readonly archive: Archive
  readonly templates: Templates
  readonly admin: AdminAccess
  readonly store: Stores
  readonly keys: ClientKeys
  readonly jobs: Jobs
  readonly batches: BatchRecords
  readonly models: ModelBook
  readonly egress: () => Promise<Egress>
  readonly providers: () => Promise<ProviderRegistry>
  readonly ledger: () => Promise<Ledger>
  readonly #options: ToolkitOptions
  readonly #clock: () => number
  readonly #warnings = new Set<string>()
  readonly #accountLogins: AccountLogins
  readonly #storage: HomeStorage
  readonly watchAccounts = (onChange: () => void) =>
    watchDocument(this.home, this.home.accountsFile, onChange)
  readonly watchKeys = (onChange: () => void) => watchDocument(this.home, this.home.keysFile, onChange)
  readonly watchJobs = (onChange: () => void) => watchDocument(this.home, this.home.jobsFile, onChange)
  readonly watchSettings = (onChange: () => void) => watchFile(this.settings.path, onChange)
  readonly #isLocalWriter = knownWriters()
  readonly isInFlight = (reservationId: string): boolean =>
    this.#shared?.isWriterAlive(reservationId) ?? this.#isLocalWriter(reservationId)
  readonly #faults = new PluginFaults(
    () => this.#clock(),
    (message) => this.#warnings.add(message),
  )
  readonly placements = new HomePlacements(() => this.home)
  #opened: TicketLedger | null = null
  /** The shared store of the open ledger; null: it is in files. */
  #shared: SharedStore | null = null
  #onLedgerProblem = (problem: string): void => void this.#warnings.add(problem)

  constructor(options: ToolkitOptions) {
    this.#options = options
    this.#clock = options.clock ?? turnClock
    this.home = resolveHome(options.env)
    this.models = new ModelBook(this.home, this.#clock)
    this.admin = new AdminAccess(this.home, this.#clock)
    this.settings = new FileSettings({
      ...{ file: this.home.configFile, pricesFile: this.home.pricesFile, env: options.env },
      facts: homeFacts(this),
    })
    this.proxies = new Proxies(this.home)
    this.#storage = new HomeStorage({
      ...{ home: this.home, proxies: this.proxies, clock: this.#clock, options },
      warn: (message) => this.#warnings.add(message),
    })
    this.egress = once(() => this.#openEgress())
    this.providers = once(() => this.#askProviders())
    this.ledger = once(() => this.#openLedger())
    const books = (): Promise<StoreSnapshot> => this.#books()
    this.quotas = new LedgerQuotas({
      ...{ books, ledger: this.ledger, providers: this.providers, settings: this.settings },
      ...{ home: this.home, models: this.models, proxies: this.proxies },
      planOf: (account, allowsUnofficial) => this.accounts.readPlan(account, allowsUnofficial),
      ...{ isInFlight: this.isInFlight, placements: this.placements, keys: () => this.keys.records() },
    })
    const secrets = new AccountSecrets(once(() => this.#storage.open()))
    this.backups = this.#openBackups(secrets)
    const warn = (message: string) => this.#warnings.add(message)
    const logins = (this.#accountLogins = this.#loginsOf(secrets, warn))
    const addressRules = () => this.#addressRules()
    this.logins = new DeviceLogins({
      ...{ providers: this.providers, secrets, addressRules },
      http: (via) => this.#loginHttp(via),
      time: { clock: this.#clock, sleep: options.sleep ?? systemTime.sleep },
    })
    this.store = this.#openStores()
    this.keys = this.#openKeys(books)
    this.history = new LedgerHistory({
      ...{ home: this.home, books, warn, keys: () => this.keys.records() },
      jobs: async () => (await this.jobs.read()).jobs,
      runs: (since) => this.jobs.endedRuns(since),
    })
    this.notices = openNotices(this, options.env)
    this.archive = this.#openArchive()
    this.templates = this.#openTemplates()
    this.accounts = new StoredAccounts({
      ...{ ...this.#accountStore(), secrets, books, addressRules, warn, logins },
      defaultUser: async () => options.user ?? String(await this.settings.get('user')),
      checks: new AccountChecks({
        ...{ secrets, logins, addressRules, providers: this.providers, egress: this.egress },
        request: () => ({
          ...{ timeoutMs: options.checkTimeoutMs ?? 10_000, clock: this.#clock },
          userAgent: `qwenctl/${ownVersion()}`,
        }),
      }),
    })
    this.batches = new BatchRecords(this.home)
    this.jobs = openJobs(this, { books, clock: this.#clock })
  }

  /** The parts that every use case over stored accounts needs. */
  #accountStore() {
    const { home, ledger, providers } = this
    return { home, document: accountsDocument(home), ledger, providers, clock: this.#clock }
  }

  #loginsOf(secrets: AccountSecrets, warn: (message: string) => void): AccountLogins {
    return new AccountLogins({
      ...{ ...this.#accountStore(), secrets, warn },
      http: (via) => this.#loginHttp(via),
      random: this.#options.random ?? Math.random,
    })
  }

  #openBackups(secrets: AccountSecrets): Backups {
    return new FileBackups({
      ...{ ...this.#accountStore(), secrets },
      running: () => this.proxies.list().map(({ url }) => url),
      vault: () => this.#storage.open({ quietly: true }),
      freshVault: () => this.#storage.createFresh(),
      ...pickCost(this.#options),
    })
  }

  #openKeys(books: () => Promise<StoreSnapshot>): ClientKeys {
    return new ClientKeys({
      document: keysDocument(this.home),
      accounts: accountsDocument(this.home),
      ledger: this.ledger,
      books,
      clock: this.#clock,
    })
  }

  #openStores(): Stores {
    const { env } = this.#options
    const running = () => this.proxies.list().map(({ url }) => url)
    return new Stores({
      ...{ home: this.home, env, running, clock: this.#clock },
      vault: () => this.#storage.open(),
    })
  }

  #openTemplates(): Templates {
    return new StoredTemplates({
      ...{ home: this.home, document: templatesDocument(this.home), clock: this.#clock },
      accounts: { find: (...of) => this.accounts.find(...of), set: (...of) => this.accounts.set(...of) },
    })
  }

  #openArchive(): Archive {
    return new AccountArchive({ ...this.#accountStore(), show: (id) => this.accounts.show(id) })
  }

  async doctor(options: DoctorOptions): Promise<DoctorReport> {
    const { examine } = await import('./doctor/doctor.ts')
    const { home, settings } = this
    const vault = once(() => this.#storage.open({ quietly: true }))
    return examine({
      ...options,
      ...{ home, settings, vault, env: this.#options.env, clock: this.#clock },
      secrets: new AccountSecrets(vault),
      providers: this.providers,
      egress: this.egress,
      accounts: async () => (await this.quotas.show([])).accounts,
      running: () => this.proxies.list(),
      timeoutMs: this.#options.checkTimeoutMs ?? DOCTOR_TIMEOUT_MS,
      userAgent: `qwenctl/${ownVersion()}`,
    })
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

  async reconcileLimits(): Promise<void> {
    await this.#reconcile(await this.ledger())
  }

  watchPluginFaults(onFault: (message: string) => void): () => void {
    return this.#faults.watch(onFault)
  }

  followLedger(onProblem: (problem: string) => void): () => void {
    this.#onLedgerProblem = onProblem
    const timer = setInterval(() => this.#opened?.refresh(), LEDGER_POLL_MS).unref()
    return () => clearInterval(timer)
  }

  warnings(): string[] {
    return [...this.#warnings]
  }

  async close(): Promise<void> {
    await this.#accountLogins.settle()
    this.placements.close()
    await this.models.close()
    const ledger = this.#opened
    this.#opened = null
    await ledger?.close()
    await this.jobs.settle()
    await closeStore(this.home)
  }

  /** From the ledger if it is open, since it has read the files already; else from the files alone. */
  async #books(): Promise<StoreSnapshot> {
    const ledger = this.#opened
    if (ledger === null) {
      await this.#afterRestore()
      const books = await readBooks(this.home, {
        clock: this.#clock,
        machine: this.#options.clock === undefined ? systemClock : null,
      })
      for (const problem of books.problems) this.#warnings.add(problem)
      return { ...books, hasProvider: await this.#providerTest(books.data) }
    }
    const books = await readOpenBooks(this.home, ledger, (writer) => this.isInFlight(`${writer}-0`))
    return { ...books, hasProvider: await this.#providerTest(books.data) }
  }

  /** Plugins are loaded only if an account needs one. */
  async #providerTest(data: AccountsData): Promise<(id: string) => boolean> {
    if (!needsPlugins({ data })) return () => true
    const providers = await this.providers()
    return (id) => providers.has(id)
  }

  async #openLedger(): Promise<Ledger> {
    await this.#afterRestore()
    this.#shared = await openStore(this.home)
    const { openHomeLedger } = await import('./home/open-home-ledger.ts')
    const ledger = await openHomeLedger(this.home, {
      ...{ clock: this.#clock, machine: this.#options.clock === undefined ? systemClock : null },
      settings: this.settings,
      onProblem: (problem) => this.#onLedgerProblem(problem),
    })
    this.#opened = ledger
    for (const problem of ledger.problems) this.#warnings.add(problem)
    const isCompared = this.#options.clock !== undefined && this.#shared === null
    const warning = isCompared ? clockWarning(ledger, this.#clock) : null
    if (warning !== null) this.#warnings.add(warning)
    await this.#reconcile(ledger)
    return ledger
  }

  async #afterRestore(): Promise<void> {
    if (await endInterruptedRestore(this.home))
      this.#warnings.add('a restore had been interrupted; it was taken back')
  }

  async #reconcile(ledger: Ledger): Promise<void> {
    const { accounts } = await accountsDocument(this.home).read()
    await reconcileLimits(ledger, accounts, await this.providers(), (message) => this.#warnings.add(message))
  }

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
    return { timeoutMs: LOGIN_TIMEOUT_MS, userAgent: `qwenctl/${ownVersion()}`, agents }
  }

  async #askProviders(): Promise<ProviderRegistry> {
    const { openProviders } = await import('./providers/open-providers.ts')
    const registry = await openProviders({
      ...this.#options,
      clock: this.#clock,
      onFault: (fault) => this.#faults.note(fault),
      addressRules: () => this.#addressRules(),
    })
    for (const problem of registry.problems) this.#warnings.add(problem)
    return registry
  }
}
