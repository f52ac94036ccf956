import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { formatDay, formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { unreadableInput } from '../../base/input-file.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { SecretsInClear } from '../accounts/account-secrets.ts'
import type { BackupsParts } from './backups-parts.ts'
import type { BackupView, MadeBackup, OpenedBackup } from './backup-views.ts'

/** Backups of a home, written and read as a whole. Dependencies are loaded on first use. */
export class Backups {
  readonly #parts: BackupsParts

  constructor(parts: BackupsParts) {
    this.#parts = parts
  }

  /** Whether a backup at this path would replace a file. */
  exists(file: string): boolean {
    return existsSync(file)
  }

  /** `qwenctl-backup-2026-11-22`, in the current folder. */
  defaultFile(): string {
    return resolve(`qwenctl-backup-${formatDay(this.#parts.clock())}`)
  }

  /** Writes a backup of everything with mode 0600, completely or not at all. */
  async write(file: string, passphrase: string): Promise<BackupView> {
    refuseOther(file)
    const { writeAtomically } = await import('../../store/documents/files/atomic-write.ts')
    const { bytes, view } = await this.make(passphrase)
    await writeAtomically(file, bytes)
    return { file: resolve(file), ...view }
  }

  /** The bytes of a backup, written nowhere. */
  async make(passphrase: string): Promise<MadeBackup> {
    const { home, document, clock, scryptCost } = this.#parts
    const [{ takeSnapshot }, { sealBackup }, { encodeBundle }, { undoInterruptedRestore }] =
      await Promise.all([
        import('../../store/documents/snapshot.ts'),
        import('../../store/backup-file.ts'),
        import('./bundle.ts'),
        import('../../store/replace-home.ts'),
      ])
    await undoInterruptedRestore(home)
    const createdAt = formatTime(clock())
    const data = await document.read()
    const { accounts, secrets } = await this.#opened(data)
    const files = await takeSnapshot(home)
    const content = await encodeBundle({ createdAt, accounts, secrets, files })
    const options = { createdAt, ...(scryptCost === undefined ? {} : { scryptCost }) }
    const bytes = await sealBackup(content, passphrase, options)
    const ledgerDays = [...files.keys()].filter((name) => name.endsWith('.ndjson')).length
    const counts = { accounts: data.accounts.length, archived: data.archived.length, ledgerDays }
    return { bytes, view: { createdAt, bytes: bytes.length, ...counts } }
  }

  /** Throws `invalid_value` if the file cannot be read, before a person types a passphrase for it. */
  requireFile(file: string): void {
    readBackup(file)
  }

  /** Throws what `openBackup` throws, `store_corrupt` for damaged contents, `store_too_new`. */
  async open(file: string, passphrase: string): Promise<OpenedBackup> {
    const [{ openBackup }, { decodeBundle }, { Restore }] = await Promise.all([
      import('../../store/backup-file.ts'),
      import('./bundle.ts'),
      import('./restore.ts'),
    ])
    const { undoInterruptedRestore } = await import('../../store/replace-home.ts')
    await undoInterruptedRestore(this.#parts.home)
    const bundle = await decodeBundle(await openBackup(readBackup(file), passphrase, file), file)
    return new Restore(this.#parts, bundle, file)
  }

  /**
   * The accounts without their secrets, and the secrets. Every secret must open, because a backup without one is
   * incomplete.
   */
  async #opened(
    data: AccountsData,
  ): Promise<{ accounts: AccountsData; secrets: Record<string, SecretsInClear> }> {
    const { withSealed } = await import('../accounts/account-secrets.ts')
    const secrets: Record<string, SecretsInClear> = {}
    for (const account of [...data.accounts, ...data.archived])
      secrets[account.id] = await this.#openSecrets(account)
    const emptied = <Record extends Account>(account: Record) =>
      withSealed(account, { credential: '', egressProxy: '' })
    const accounts = { ...data, accounts: data.accounts.map(emptied), archived: data.archived.map(emptied) }
    return { accounts, secrets }
  }

  async #openSecrets(account: Account): Promise<SecretsInClear> {
    try {
      return await this.#parts.secrets.openAll(account)
    } catch (error) {
      if (!isQwenctlError(error) || error.details.accountId === undefined) throw error
      throw new QwenctlError(error.code, error.message, {
        hint: 'give it again with qwenctl accounts set, or remove that account with --purge, and then back up',
        cause: error,
      })
    }
  }
}

/** A rename would replace a device, a FIFO or a folder by a regular file. */
function refuseOther(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) return
  throw new QwenctlError('invalid_value', `${file} is not a regular file; nothing was written`, {
    hint: 'name another file',
  })
}

function readBackup(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw unreadableInput(file, cause, 'give the path of a file that qwenctl accounts backup wrote')
  }
}
