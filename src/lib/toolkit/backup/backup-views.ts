// The public shapes of backups: promises, like those in `../views.ts`.

/** The effects of a restore. Accounts are shown by their full references. */
export interface RestorePlan {
  /** `replace`: the home becomes the content of the backup. `merge`: only missing parts are added. */
  mode: 'replace' | 'merge'
  /** The time of the backup; RFC 3339. */
  createdAt: string
  added: string[]
  /** Present with the same id: replaced by the backup's account, or kept with `merge`. */
  present: string[]
  /** Not in the backup: kept with `merge`, removed with `replace`. */
  absent: string[]
  archived: number
  /** UTC days of the ledger in the backup, oldest first. Empty with `merge`, which restores no counts. */
  ledgerDays: string[]
  /** The effect on config.yaml. */
  config: 'same' | 'added' | 'replaced' | 'removed' | 'kept'
  /** Settings of the restored config.yaml that run a program or call an address: `notify.command: ...`. */
  effects: string[]
  /** Names of the restored client keys. */
  keys: string[]
  /** Providers of restored accounts that no plugin here registers. */
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
  /** The folder that keeps the replaced files; null: nothing was replaced. */
  safetyCopy: string | null
}

/** A decrypted and checked backup; nothing changes before `apply`. */
export interface OpenedBackup {
  plan(mode: RestorePlan['mode']): Promise<RestorePlan>
  /** All or nothing. Resolves to the folder with the replaced files; null with `merge`, which replaces nothing. */
  apply(mode: RestorePlan['mode']): Promise<string | null>
}
