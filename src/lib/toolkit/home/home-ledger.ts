import type { Ledger } from '../../quota/ledger.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Home } from '../../store/home.ts'
import { systemClock } from '../../store/ledger/machine-clock.ts'
import type { TicketLedger } from '../../store/ledger/ticket-ledger.ts'
import type { SharedStore } from '../../store/redis/shared-store.ts'
import { openStore } from '../../store/redis/open-store.ts'
import { once } from '../once.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { StoreSnapshot } from '../quota/direct-quota.ts'
import { needsPlugins, readBooks, readOpenBooks } from '../quota/direct-quota.ts'
import { reconcileLimits } from '../quota/reconcile.ts'
import type { Settings } from '../settings/settings.ts'
import { clockWarning, endInterruptedRestore } from './home-warnings.ts'
import { findKnownWriters } from './known-writers.ts'

/** The delay until resets and cooldowns by other processes take effect, even without a request that reads them. */
const POLL_MS = 200

interface LedgerParts {
  home: Home
  /** The accounts. */
  document: JsonDocument<AccountsData>
  settings: Pick<Settings, 'get'>
  providers: () => Promise<ProviderRegistry>
  clock: () => number
  /** The clock comes from a test, and not from the machine. */
  isClockGiven: boolean
  warn: (message: string) => void
}

/** The ledger of a home: opened for counting on first use, or read from its files. */
export class HomeLedger {
  readonly #parts: LedgerParts
  readonly #isLocalWriter = findKnownWriters()
  #opened: TicketLedger | null = null
  /** The shared store of the open ledger; null: it is in files. */
  #shared: SharedStore | null = null
  #onProblem: (problem: string) => void
  /** Opens the ledger, and records the limits of all accounts in it. */
  readonly open = once(() => this.#open())

  constructor(parts: LedgerParts) {
    this.#parts = parts
    this.#onProblem = parts.warn
  }

  /** Whether the process that made a reservation still runs. */
  isInFlight(reservationId: string): boolean {
    return this.#shared?.isWriterAlive(reservationId) ?? this.#isLocalWriter(reservationId)
  }

  /** From the ledger if it is open, since it has read the files already; else from the files alone. */
  async read(): Promise<StoreSnapshot> {
    const { home, document, clock, warn } = this.#parts
    const ledger = this.#opened
    if (ledger !== null) {
      const books = await readOpenBooks({ home, document }, ledger, (writer) =>
        this.isInFlight(`${writer}-0`),
      )
      return { ...books, hasProvider: await this.#providerTest(books.data) }
    }
    await this.#endRestore()
    const books = await readBooks(home, { clock, machine: this.#machine })
    for (const problem of books.problems) warn(problem)
    return { ...books, hasProvider: await this.#providerTest(books.data) }
  }

  /** Records the limits of all accounts, unless they are recorded already. */
  async reconcile(): Promise<void> {
    await this.#reconcile(await this.open())
  }

  /** Continuously reads the events of other processes. Returns a function that stops it. */
  follow(onProblem: (problem: string) => void): () => void {
    this.#onProblem = onProblem
    const timer = setInterval(() => this.#opened?.refresh(), POLL_MS).unref()
    return () => clearInterval(timer)
  }

  async close(): Promise<void> {
    const ledger = this.#opened
    this.#opened = null
    await ledger?.close()
  }

  async #open(): Promise<Ledger> {
    const { home, settings, clock, isClockGiven, warn } = this.#parts
    await this.#endRestore()
    this.#shared = await openStore(home)
    const { openHomeLedger } = await import('./open-home-ledger.ts')
    const ledger = await openHomeLedger(home, {
      clock,
      machine: this.#machine,
      settings,
      onProblem: (problem) => this.#onProblem(problem),
    })
    this.#opened = ledger
    for (const problem of ledger.problems) warn(problem)
    const warning = isClockGiven && this.#shared === null ? clockWarning(ledger, clock) : null
    if (warning !== null) warn(warning)
    await this.#reconcile(ledger)
    return ledger
  }

  async #reconcile(ledger: Ledger): Promise<void> {
    const { document, providers, warn } = this.#parts
    const { accounts } = await document.readKept()
    await reconcileLimits(ledger, accounts, await providers(), warn)
  }

  async #endRestore(): Promise<void> {
    if (await endInterruptedRestore(this.#parts.home))
      this.#parts.warn('a restore had been interrupted; it was taken back')
  }

  /** Plugins are loaded only if an account needs one. */
  async #providerTest(data: AccountsData): Promise<(id: string) => boolean> {
    if (!needsPlugins({ data })) return () => true
    const providers = await this.#parts.providers()
    return (id) => providers.has(id)
  }

  get #machine() {
    return this.#parts.isClockGiven ? null : systemClock
  }
}
