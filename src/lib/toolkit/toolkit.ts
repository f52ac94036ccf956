// The toolkit: use cases over accounts, quotas, rotation, providers and the store. Commands, the proxy, the API and
// the screens are thin layers over this one object. Every costly part opens on first use. The class behind it is in
// `open-toolkit.ts`; use cases import this type instead, because they are themselves parts of that class.

import type { KeptItems } from '../account/kept-items.ts'
import type { Placements } from '../account/placements.ts'
import type { Egress } from '../net/egress.ts'
import type { Ledger } from '../quota/ledger.ts'
import type { Template } from '../store/documents/templates-document.ts'
import type { Home } from '../store/home.ts'
import type { Accounts } from './accounts/accounts.ts'
import type { Archive } from './accounts/account-archive.ts'
import type { Templates } from './accounts/templates.ts'
import type { AdminAccess } from './admin/admin-access.ts'
import type { Backups } from './backup/backups.ts'
import type { BatchRecords } from './batch/batch-records.ts'
import type { DoctorOptions, DoctorReport } from './doctor/check.ts'
import type { HistoryBooks } from './history/history-views.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { ClientKeys } from './keys/client-keys.ts'
import type { Logins } from './login/logins.ts'
import type { ModelBook } from './models/model-book.ts'
import type { Notices } from './notices/notices.ts'
import type { ProviderRegistry } from './providers/provider-registry.ts'
import type { Proxies } from './proxies.ts'
import type { Quotas } from './quota/quotas.ts'
import type { Settings } from './settings/settings.ts'
import type { Stores } from './store/stores.ts'
import type { StorageResetView, StorageView } from './views.ts'

export type * from './accounts/account-inputs.ts'
export type {
  Accounts,
  Archive,
  Backups,
  DoctorOptions,
  DoctorReport,
  Logins,
  ProviderRegistry,
  Quotas,
  Settings,
}
export type { Template, Templates }

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
  /**
   * The account of each conversation or stored response, and the items of translated answers, for all processes of
   * the home.
   */
  readonly placements: { conversations: Placements; states: Placements; items: KeptItems }
  /** Warnings for people (key file without a passphrase, clock ahead of the ledger); for stderr. */
  warnings(): string[]
  close(): Promise<void>
}
