// What backups show: promises, as those in `../views.ts`.

/** What a restore would do. Accounts are shown by their full references. */
export interface RestorePlan {
  /** `replace`: the home becomes what the backup holds. `merge`: only what is missing is added. */
  mode: 'replace' | 'merge'
  /** When the backup was made; RFC 3339. */
  createdAt: string
  added: string[]
  /** There with the same id: replaced by the backup's, or with `merge` kept. */
  present: string[]
  /** Not in the backup; `merge` keeps them, `replace` takes them out. */
  absent: string[]
  archived: number
  /** UTC days of the ledger in the backup, oldest first; empty with `merge`, which brings no counts. */
  ledgerDays: string[]
  /** What happens to config.yaml. */
  config: 'same' | 'added' | 'replaced' | 'removed' | 'kept'
  /** Settings of the config.yaml that comes along which run a program or call an address: `notify.command: ...`. */
  effects: string[]
  /** Names of the client keys that come along. */
  keys: string[]
  /** Providers of accounts that come along and that no plugin brings here. */
  missingProviders: string[]
  /** Why the vault of the home does not open, in words: the restore makes a new one. Null: it keeps the vault. */
  newVault: string | null
}

/** A backup in memory. */
export interface MadeBackup {
  bytes: Buffer
  view: Omit<BackupView, 'file'>
}

export interface BackupView {
  /** Absolute; `-`: standard output. */
  file: string
  createdAt: string
  bytes: number
  accounts: number
  archived: number
  ledgerDays: number
}

export interface RestoreView extends RestorePlan {
  file: string
  /** Nothing was changed. */
  dryRun: boolean
  /** The folder that keeps what was replaced; null: nothing was. */
  safetyCopy: string | null
}

/** A backup that was decrypted and found sound; nothing is changed before `apply`. */
export interface OpenedBackup {
  plan(mode: RestorePlan['mode']): Promise<RestorePlan>
  /** All or nothing. Resolves to the folder that keeps what was replaced; null with `merge`, which replaces nothing. */
  apply(mode: RestorePlan['mode']): Promise<string | null>
}
