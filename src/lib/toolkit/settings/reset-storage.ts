import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { fullReference } from '../../account/account.ts'
import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import { replaceAccounts } from '../../store/replace-home.ts'
import { createFreshVault } from '../../store/vault/fresh-vault.ts'
import type { StorageResetView } from '../views.ts'
import { refuseWhileRunning } from './vault-storage.ts'
import type { StorageParts } from './vault-storage.ts'

/**
 * Starts a new vault where the key of the old one is lost. Accounts, counts and settings stay; every credential is marked
 * as missing. All or nothing: the old vault and the old accounts are kept in a folder. Throws `failed` while a proxy runs.
 */
export async function resetStorage(parts: StorageParts & { clock: () => number }): Promise<StorageResetView> {
  const { home, env, running, clock, ...options } = parts
  refuseWhileRunning(running)
  const { vault, documents } = await createFreshVault(home, env, options)
  const missing: string[] = []
  const stamp = formatTime(clock()).replaceAll(/[-:]|\.\d+/g, '')
  const change = async () => {
    const data = await openAccountsDocument(home).read()
    for (const account of data.accounts) if (markLost(account)) missing.push(fullReference(account))
    for (const account of data.archived) markLost(account)
    return `${JSON.stringify(data, null, 2)}\n`
  }
  const safetyCopy = await replaceAccounts(home, change, {
    others: documents,
    safety: `before-reset-${stamp}`,
  })
  return { kind: vault.kind, sealed: 0, missing, safetyCopy }
}

/** An egress proxy stays sealed: without it, requests would leave directly. False: there was no credential. */
function markLost(account: Account): boolean {
  const { type } = account.credential
  if (type === 'none') return account.credential.lost !== undefined
  account.credential = { type: 'none', lost: type }
  return true
}
