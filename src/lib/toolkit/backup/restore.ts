import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { CHECKPOINT_VERSION } from '../../quota/log/checkpoint/checkpoint-migrations.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import { accountsProblem } from '../../store/documents/accounts-document.ts'
import { accountFolder } from '../../store/account-folder.ts'
import { writeAtomically } from '../../store/documents/files/atomic-write.ts'
import { HISTORY_VERSION } from '../../store/history/history-day.ts'
import { replaceHome } from '../../store/replace-home.ts'
import { checkSnapshotNames, takeSnapshot } from '../../store/documents/snapshot.ts'
import { AccountSecrets } from '../accounts/account-secrets.ts'
import { limitsToRecord } from '../quota/reconcile.ts'
import type { OpenedBackup, RestorePlan } from './backup-views.ts'
import type { BackupsParts } from './backups-parts.ts'
import type { Bundle } from './bundle.ts'
import { missingAccounts, planRestore } from './restore-plan.ts'

const DOCUMENT_VERSION = 1
const KEYS_VERSION = 2

/** The newest version of a file that this program reads. */
function knownVersion(name: string): number {
  if (name === 'keys.json') return KEYS_VERSION
  if (name === 'counters.json' || name.startsWith('ledger/')) return CHECKPOINT_VERSION
  return name.startsWith('history/') ? HISTORY_VERSION : DOCUMENT_VERSION
}

export class Restore implements OpenedBackup {
  readonly #parts: BackupsParts
  readonly #bundle: Bundle

  /** Throws `store_corrupt` or `store_too_new` if the content would not make a valid home. */
  constructor(parts: BackupsParts, bundle: Bundle, file: string) {
    this.#parts = parts
    this.#bundle = bundle
    checkContents(parts, bundle, file)
  }

  async plan(mode: RestorePlan['mode']): Promise<RestorePlan> {
    const { document, home } = this.#parts
    const [accounts, files] = [await document.read(), await takeSnapshot(home)]
    const providers = await this.#parts.providers()
    const plan = planRestore(mode, this.#bundle, { accounts, files }, (id) => providers.has(id))
    return { ...plan, newVault: mode === 'replace' ? await this.#vaultProblem() : null }
  }

  async apply(mode: RestorePlan['mode']): Promise<string | null> {
    if (mode === 'replace') return this.#replace()
    await this.#merge()
    return null
  }

  async #replace(): Promise<string> {
    const { home, running, clock } = this.#parts
    const [proxy] = running()
    if (proxy !== undefined) {
      throw new QwenctlError(
        'failed',
        `the proxy at ${proxy} runs on what would be replaced; nothing was changed`,
        {
          hint: 'qwenctl proxy stop, then restore again',
        },
      )
    }
    const { accounts, archived } = this.#bundle.accounts
    const fresh = (await this.#vaultProblem()) === null ? null : await this.#parts.freshVault()
    const secrets = fresh === null ? this.#parts.secrets : new AccountSecrets(async () => fresh.vault)
    const data: AccountsData = {
      ...this.#bundle.accounts,
      accounts: await this.#sealed(accounts, secrets),
      archived: await this.#sealed(archived, secrets),
    }
    const stamp = formatTime(clock()).replaceAll(/[-:]|\.\d+/g, '')
    return replaceHome(home, `${JSON.stringify(data, null, 2)}\n`, this.#bundle.files, {
      stamp,
      vault: fresh?.documents ?? [],
    })
  }

  /** Adds the missing accounts with their folders, and config.yaml and templates where the home has none. */
  async #merge(): Promise<void> {
    const { document, home } = this.#parts
    const ledger = await this.#parts.ledger() // before the lock is taken: opening may read a whole day
    const providers = await this.#parts.providers()
    const backup = this.#bundle.accounts
    await document.update(async (data) => {
      const missing = await this.#sealed(missingAccounts(backup, data))
      for (const account of missing) {
        const limits = limitsToRecord(ledger, account, providers)
        if (limits !== null) await ledger.record([{ type: 'limits', account: account.id, limits }])
        this.#putFolder(account)
      }
      data.accounts.push(...missing)
      data.defaultAccount ??= missing.find(({ id }) => id === backup.defaultAccount)?.id ?? null
    })
    await this.#putIfMissing('config.yaml', home.configFile)
    await this.#putIfMissing('templates.json', home.templatesFile)
    await this.#putIfMissing('keys.json', home.keysFile)
    await this.#putIfMissing('jobs.json', home.jobsFile)
  }

  /** Why the home's own vault does not open, in words; null: it opens, or seals nothing yet. */
  async #vaultProblem(): Promise<string | null> {
    const { vaultFile, masterKeyFile } = this.#parts.home
    const isThere = existsSync(vaultFile) || existsSync(masterKeyFile)
    if (!isThere && !(await this.#parts.hasSealed())) return null // opening it would make one
    try {
      await this.#parts.vault()
      return null
    } catch (error) {
      if (isQwenctlError(error) && (error.code === 'vault_locked' || error.code === 'store_corrupt'))
        return error.message
      throw error
    }
  }

  #sealed<Record extends Account>(accounts: Record[], secrets = this.#parts.secrets): Promise<Record[]> {
    return Promise.all(
      accounts.map((account) => secrets.sealAll(account, this.#bundle.secrets[account.id] ?? {})),
    )
  }

  #putFolder(account: Account): void {
    const { home } = this.#parts
    const folder = accountFolder(home, account)
    if (existsSync(folder)) return
    const prefix = `accounts/${folder.slice(home.accountsFolder.length + 1).replaceAll('\\', '/')}/`
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const [name, content] of this.#bundle.files) {
      if (!name.startsWith(prefix)) continue
      const path = join(folder, name.slice(prefix.length))
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, content, { mode: 0o600 })
    }
  }

  async #putIfMissing(name: string, path: string): Promise<void> {
    const content = this.#bundle.files.get(name)
    if (content === undefined || existsSync(path)) return
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    await writeAtomically(path, content)
  }
}

function checkContents({ home }: BackupsParts, { accounts, secrets, files }: Bundle, file: string): void {
  checkSnapshotNames(home, files.keys())
  if (accounts.version > DOCUMENT_VERSION) throw tooNew('accounts.json', file)
  for (const [name, content] of files) {
    if (!name.startsWith('accounts/') && name.endsWith('.json') && readVersion(content) > knownVersion(name))
      throw tooNew(name, file)
  }
  // The form in which accounts are written: every sealed field has a text of the right form.
  const placed = JSON.parse(
    JSON.stringify(accounts).replaceAll('"sealed":""', '"sealed":"v1.a.b.c.d"'),
  ) as unknown
  const problem = accountsProblem(placed)
  const isSecretMissing = [...accounts.accounts, ...accounts.archived].some(
    ({ id, credential, egressProxy }) =>
      (credential.type !== 'none' && secrets[id]?.credential === undefined) ||
      (egressProxy !== null && secrets[id]?.egressProxy === undefined),
  )
  if (problem === null && !isSecretMissing) return
  throw new QwenctlError(
    'store_corrupt',
    `the backup ${file} holds no sound account store: ${problem ?? 'a secret is missing'}; nothing was changed`,
  )
}

/** 0 without a version: the document's own reader reports the fault. */
function readVersion(content: Buffer): number {
  try {
    return (JSON.parse(content.toString()) as { version: number }).version
  } catch {
    return 0
  }
}

function tooNew(name: string, file: string): QwenctlError {
  return new QwenctlError('store_too_new', `${name} in the backup ${file} was written by a newer qwenctl`)
}
