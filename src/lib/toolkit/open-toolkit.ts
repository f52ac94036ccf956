import type { Ledger } from '../quota/ledger.ts'
import { accountsDocument } from '../store/accounts-document.ts'
import { watchFile } from '../store/watch.ts'
import type { Home } from '../store/home.ts'
import { resolveHome } from '../store/home.ts'
import type { FileLedger } from '../store/ledger-files.ts'
import { AccountChecks } from './account-checks.ts'
import { AccountSecrets } from './account-secrets.ts'
import { StoredAccounts } from './accounts.ts'
import type { Books } from './direct-quota.ts'
import { readBooks } from './direct-quota.ts'
import { once } from './once.ts'
import { ownVersion } from './own-version.ts'
import { Proxies } from './proxies.ts'
import { LedgerQuotas } from './quotas.ts'
import { reconcileLimits } from './reconcile.ts'
import { FileSettings } from './settings.ts'
import type { Accounts, ProviderRegistry, Quotas, Settings, Toolkit } from './toolkit.ts'

/** What the plugins answered to the hook `qwenctl:providers`. */
export interface ProviderAnswers {
  answers: { plugin: string; providers: unknown }[]
  failures: { plugin: string; message: string }[]
}

export interface ToolkitOptions {
  env: NodeJS.ProcessEnv
  clock?: () => number
  /** Asks the plugins; without it there are the built-in providers alone. */
  loadProviders?: () => Promise<ProviderAnswers>
  /** The user of accounts that name none; beats variable and file. */
  user?: string
  /** How long a provider may take to say whether it accepts a key. */
  checkTimeoutMs?: number
}

/** A clock this far behind the ledger means that one of them is wrong, not that two processes raced. */
/** Resets and cooldowns by others are in force this soon, also while no request comes that reads them anyway. */
const LEDGER_POLL_MS = 200
const CLOCK_TOLERANCE_MS = 60_000

/** The one place where the rooms are wired together. Opens no file by itself: each part opens on first use. */
export function openToolkit(options: ToolkitOptions): Toolkit {
  return new LazyToolkit(options)
}

class LazyToolkit implements Toolkit {
  readonly home: Home
  readonly accounts: Accounts
  readonly quotas: Quotas
  readonly settings: Settings
  readonly proxies: Proxies
  readonly providers: () => Promise<ProviderRegistry>
  readonly ledger: () => Promise<Ledger>
  readonly #options: ToolkitOptions
  readonly #clock: () => number
  readonly #warnings = new Set<string>()
  #opened: FileLedger | null = null

  constructor(options: ToolkitOptions) {
    this.#options = options
    this.#clock = options.clock ?? Date.now
    this.home = resolveHome(options.env)
    this.settings = new FileSettings({ file: this.home.configFile, env: options.env })
    this.proxies = new Proxies(this.home)
    this.providers = once(() => this.#askProviders())
    this.ledger = once(() => this.#openLedger())
    const books = (): Promise<Books> => this.#books()
    this.quotas = new LedgerQuotas({ books, ledger: this.ledger })
    const secrets = new AccountSecrets(once(() => this.#openVault()))
    this.accounts = new StoredAccounts({
      home: this.home,
      document: accountsDocument(this.home),
      secrets,
      books,
      ledger: this.ledger,
      providers: this.providers,
      defaultUser: async () => options.user ?? String(await this.settings.get('user')),
      clock: this.#clock,
      warn: (message) => this.#warnings.add(message),
      checks: new AccountChecks({
        secrets,
        providers: this.providers,
        request: () => ({
          timeoutMs: options.checkTimeoutMs ?? 10_000,
          userAgent: `qwenctl/${ownVersion()}`,
          clock: this.#clock,
        }),
      }),
    })
  }

  async reconcileLimits(): Promise<void> {
    await this.#reconcile(await this.ledger())
  }

  watchAccounts(onChange: () => void): () => void {
    return watchFile(this.home.accountsFile, onChange)
  }

  followLedger(): () => void {
    const timer = setInterval(() => this.#opened?.refresh(), LEDGER_POLL_MS)
    timer.unref()
    return () => clearInterval(timer)
  }

  warnings(): string[] {
    return [...this.#warnings]
  }

  async close(): Promise<void> {
    const ledger = this.#opened
    this.#opened = null
    await ledger?.close()
  }

  /** From the ledger where it is open, since it has read the files already; else from the files alone. */
  async #books(): Promise<Books> {
    const ledger = this.#opened
    if (ledger === null) {
      const books = await readBooks(this.home, this.#clock)
      for (const problem of books.problems) this.#warnings.add(problem)
      return books
    }
    const data = await accountsDocument(this.home).read()
    ledger.refresh()
    return { data, state: ledger.state, now: ledger.now(), problems: [...ledger.problems] }
  }

  async #openLedger(): Promise<Ledger> {
    const { openLedger } = await import('../store/ledger-files.ts')
    const ledger = await openLedger(this.home, {
      clock: this.#clock,
      sync: (await this.settings.get('ledger.sync')) as 'interval' | 'always' | 'off',
      retentionDays: (await this.settings.get('ledger.retentionDays')) as number,
    })
    this.#opened = ledger
    for (const problem of ledger.problems) this.#warnings.add(problem)
    const aheadMs = ledger.state.now - this.#clock()
    if (aheadMs > CLOCK_TOLERANCE_MS) {
      this.#warnings.add(
        `the clock of this machine is ${Math.round(aheadMs / 1000)} s behind the newest entry of the ledger`,
      )
    }
    await this.#reconcile(ledger)
    return ledger
  }

  async #reconcile(ledger: Ledger): Promise<void> {
    const { accounts } = await accountsDocument(this.home).read()
    await reconcileLimits(ledger, accounts, await this.providers(), (message) => this.#warnings.add(message))
  }

  async #openVault() {
    const { openVault } = await import('../store/vault.ts')
    const vault = await openVault(this.home, this.#options.env)
    if (vault.warning !== null) this.#warnings.add(vault.warning)
    return vault
  }

  async #askProviders(): Promise<ProviderRegistry> {
    const load = this.#options.loadProviders ?? builtinAnswers
    const { buildRegistry } = await import('../provider/registry.ts')
    const { answers, failures } = await load()
    const registry = buildRegistry(answers, failures)
    for (const problem of registry.problems) this.#warnings.add(problem)
    return registry
  }
}

async function builtinAnswers(): Promise<ProviderAnswers> {
  const { builtinProviders } = await import('../provider/builtin/index.ts')
  return { answers: [{ plugin: 'qwenctl', providers: builtinProviders }], failures: [] }
}
