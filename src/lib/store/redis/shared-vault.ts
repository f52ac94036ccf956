import { QwenctlError } from '../../base/errors.ts'
import type { Home } from '../home.ts'
import type { PassphraseRecord } from '../vault/passphrase.ts'
import { openVaultDocument } from '../vault/passphrase.ts'
import type { Vault, VaultOptions } from '../vault/vault.ts'
import { openVault, vaultKind } from '../vault/vault.ts'
import type { SharedStore } from './shared-store.ts'

/** How other machines get the key; it is never in the store. */
const BRING_KEY =
  'bring the master key of the other machines here: the same QWENCTL_PASSPHRASE, or a copy of their master.key'

/**
 * Opens the vault of this machine, and checks that its key is the key of the store. The first machine's key becomes
 * the store's. The store has the id of the key, and how a passphrase becomes a key; never the key. Throws
 * `vault_locked` for any other key, and makes no key for a store that has one.
 */
export async function openSharedVault(
  store: SharedStore,
  home: Home,
  env: NodeJS.ProcessEnv,
  options: VaultOptions,
): Promise<Vault> {
  const known = await store.readKey()
  if (known.passphrase !== null && (env['QWENCTL_PASSPHRASE'] ?? '') !== '')
    await adoptPassphrase(home, JSON.parse(known.passphrase) as PassphraseRecord)
  if (known.id !== null && (await vaultKind(home, env)) === null)
    throw otherKey(store, 'this machine has no key')
  const vault = await openVault(home, env, options)
  const { passphrase } = await openVaultDocument(home).read()
  const record = vault.kind === 'passphrase' && passphrase !== null ? JSON.stringify(passphrase) : null
  const id = await store.agreeOnKey(vault.keyId, record)
  if (id !== vault.keyId) throw otherKey(store, `the key of this machine (${vault.keyId}) is another one`)
  return vault
}

/** The same passphrase gives the same key only with the same salt. A salt in use on this machine stays. */
async function adoptPassphrase(home: Home, record: PassphraseRecord): Promise<void> {
  const { passphrase } = await openVaultDocument(home).read()
  if (passphrase !== null) return
  await openVaultDocument(home).update((data) => {
    data.passphrase ??= record
  })
}

function otherKey(store: SharedStore, problem: string): QwenctlError {
  return new QwenctlError(
    'vault_locked',
    `the store ${store.link.shown} was set up with the master key of another machine: ${problem}`,
    { hint: BRING_KEY },
  )
}
