import { rm } from 'node:fs/promises'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { fullReference } from '../../account/account.ts'
import { checkName } from '../../account/name.ts'
import { resolveReference } from '../../account/reference.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { accountFolder } from '../../store/account-folder.ts'
import type { AccountsData, ArchivedAccount } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Home } from '../../store/home.ts'
import { archiveFolder, moveFolder } from './account-folders.ts'
import { filterAccounts } from '../quota/direct-quota.ts'
import { limitsToRecord } from '../quota/reconcile.ts'
import type { AccountFilter } from './account-inputs.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { AccountView, ArchivedView } from '../views.ts'

export interface ArchiveParts {
  home: Home
  document: JsonDocument<AccountsData>
  ledger: () => Promise<Ledger>
  providers: () => Promise<ProviderRegistry>
  clock: () => number
  show: (id: string) => Promise<AccountView>
}

/** The archive of a home, or of one of its users. */
export type Archive = Pick<AccountArchive, keyof AccountArchive>

/**
 * Archived accounts: removed with `auth remove`, and neither restored nor purged yet. Their keys stay sealed and
 * their counts stay in the ledger.
 */
export class AccountArchive {
  readonly #parts: ArchiveParts

  constructor(parts: ArchiveParts) {
    this.#parts = parts
  }

  /** Newest first. */
  async list(filter: AccountFilter = {}): Promise<ArchivedView[]> {
    return (await this.#records(filter)).map(buildView)
  }

  /**
   * Finds the archived account; among several with the same name, the one removed last. Throws `account_not_found` or
   * `ambiguous_account`.
   */
  async find(reference: string, filter: AccountFilter = {}): Promise<ArchivedView> {
    return buildView(resolveArchived(await this.#records(filter), reference))
  }

  /** Restores an archived account, under the name `name` if given. Throws `name_in_use`. */
  async restore(id: string, name?: string): Promise<AccountView> {
    const { document, home, clock, show } = this.#parts
    if (name !== undefined) checkName('account', name)
    const ledger = await this.#parts.ledger() // before the lock is taken: opening may read a whole day
    const providers = await this.#parts.providers()
    await document.update(async (data) => {
      const { archivedAt: _, ...account } = resolveArchived(data.archived, id)
      account.name = name ?? account.name
      refuseTaken(data.accounts, account)
      const limits = limitsToRecord(ledger, account, providers)
      if (limits !== null) await ledger.record([{ type: 'limits', account: account.id, limits }])
      account.updatedAt = formatTime(clock())
      data.archived = data.archived.filter((other) => other.id !== id)
      data.accounts.push(account)
      await moveFolder(archiveFolder(home, id), accountFolder(home, account))
    })
    return show(id)
  }

  /** Destroys an archived account, its key and its folder. */
  async purge(id: string): Promise<void> {
    const { document, home } = this.#parts
    await document.update((data) => {
      data.archived = data.archived.filter((account) => account.id !== id)
    })
    await rm(archiveFolder(home, id), { recursive: true, force: true })
  }

  async #records(filter: AccountFilter): Promise<ArchivedAccount[]> {
    const { archived } = await this.#parts.document.read()
    return (filterAccounts(archived, filter) as ArchivedAccount[]).sort((a, b) =>
      b.archivedAt.localeCompare(a.archivedAt),
    )
  }
}

function resolveArchived(archived: ArchivedAccount[], reference: string): ArchivedAccount {
  const newest = new Map<string, ArchivedAccount>()
  for (const account of archived) {
    const known = newest.get(fullReference(account))
    if (known === undefined || known.archivedAt < account.archivedAt)
      newest.set(fullReference(account), account)
  }
  const byId = archived.find(({ id }) => id === reference)
  if (byId !== undefined) return byId
  try {
    return resolveReference([...newest.values()], reference) as ArchivedAccount
  } catch (error) {
    if ((error as QwenctlError).code !== 'account_not_found') throw error
    throw new QwenctlError(
      'account_not_found',
      (error as QwenctlError).message.replace('no account', 'no archived account'),
      {
        hint: 'qwenctl accounts archived shows those that can be brought back',
      },
    )
  }
}

function refuseTaken(accounts: Account[], account: Account): void {
  const reference = fullReference(account)
  if (!accounts.some((other) => fullReference(other) === reference)) return
  throw new QwenctlError('name_in_use', `there is an account ${reference} again`, {
    hint: 'bring it back under another name with --as NAME',
  })
}

function buildView(account: ArchivedAccount): ArchivedView {
  const { id, user, provider, name, groups, createdAt, archivedAt, baseUrl, credential } = account
  const auth = {
    type: credential.type,
    hint: credential.type === 'none' ? null : credential.hint,
    expiresAt: credential.type === 'oauth' ? credential.expiresAt : null,
  }
  return {
    id,
    user,
    provider,
    name,
    label: account.label ?? null,
    groups,
    createdAt,
    archivedAt,
    auth,
    baseUrl,
  }
}
