import { rmSync } from 'node:fs'
import { QwenctlError, readMessage } from '../../base/errors.ts'
import type { Account } from '../../account/account.ts'
import { openAccountsDocument } from '../documents/accounts-document.ts'
import type { Home } from '../home.ts'
import { createKeyFile, readKeyFile } from './master-key.ts'
import type { MasterKey } from './master-key.ts'
import { passphraseKey, openVaultDocument } from './passphrase.ts'
import type { VaultKind } from './passphrase.ts'
import { sealValue } from './sealed-value.ts'
import { addKeychainKey, openVault } from './vault.ts'
import type { Vault, VaultOptions } from './vault.ts'

/**
 * Seals every secret of the home with a key of another kind, all or none, then removes the other keys. A crash
 * between the steps loses nothing. The new key is recorded before its first use, and the old key removed after its
 * last. Throws `vault_locked` when a key is not available, `store_corrupt` naming a secret that does not open.
 * Resolves to the number of secrets.
 */
export async function moveVault(
  home: Home,
  env: NodeJS.ProcessEnv,
  to: VaultKind,
  options: VaultOptions = {},
): Promise<number> {
  const from = await openVault(home, env, options)
  const key = await openKey(home, env, to, options)
  let count = 0
  await openAccountsDocument(home).update((data) => {
    for (const account of [...data.accounts, ...data.archived]) count += reseal(account, from, key)
  })
  await openVaultDocument(home).update((data) => {
    data.kind = to
  })
  await forgetOthers(home, env, to, options)
  return count
}

async function openKey(
  home: Home,
  env: NodeJS.ProcessEnv,
  to: VaultKind,
  options: VaultOptions,
): Promise<MasterKey> {
  if (to === 'key-file') return createKeyFile(home.masterKeyFile)
  if (to === 'passphrase') {
    const passphrase = env['QWENCTL_PASSPHRASE'] ?? ''
    if (passphrase !== '') return passphraseKey(openVaultDocument(home), passphrase, options.scryptCost)
    throw new QwenctlError('missing_answer', 'there is no passphrase to seal with', {
      hint: 'set QWENCTL_PASSPHRASE to one, for this command and from then on',
    })
  }
  try {
    return await addKeychainKey(home, env, options)
  } catch (cause) {
    if (cause instanceof QwenctlError) throw cause
    throw new QwenctlError(
      'vault_locked',
      `this system offers no keychain to qwenctl: ${readMessage(cause)}`,
      {
        hint: 'nothing was changed; unlock the keychain, or use --to passphrase',
        cause,
      },
    )
  }
}

/** How many secrets the account has. */
function reseal(account: Account, from: Vault, key: MasterKey): number {
  const context = { user: account.user, accountId: account.id }
  const places = [account.credential, account.egressProxy].filter(
    (place) => place !== null && 'sealed' in place,
  )
  for (const place of places) place.sealed = sealValue(key, from.open(place.sealed, context), context)
  return places.length
}

async function forgetOthers(
  home: Home,
  env: NodeJS.ProcessEnv,
  kept: VaultKind,
  options: VaultOptions,
): Promise<void> {
  const forgotten = await openVaultDocument(home).update((data) => {
    const { keychain } = data
    if (kept !== 'keychain') delete data.keychain
    if (kept !== 'passphrase') data.passphrase = null
    return kept === 'keychain' ? undefined : keychain
  })
  if (kept !== 'key-file' && readKeyFile(home.masterKeyFile) !== null) rmSync(home.masterKeyFile)
  if (forgotten === undefined) return
  const { openSystemKeychain } = await import('./keychain.ts')
  // When the keychain does not answer, the key left there no longer opens anything.
  await (options.keychain ?? openSystemKeychain(env)).remove(forgotten.name).catch(() => undefined)
}
