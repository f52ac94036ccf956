import type { Home } from '../../store/home.ts'
import { openStore } from '../../store/redis/open-store.ts'
import type { Vault, VaultOptions } from '../../store/vault/vault.ts'

/** Opens the vault of this machine. With a shared store, its key must be the key of all machines. */
export async function openHomeVault(
  home: Home,
  env: NodeJS.ProcessEnv,
  options: VaultOptions,
): Promise<Vault> {
  const store = await openStore(home)
  if (store === null) {
    const { openVault } = await import('../../store/vault/vault.ts')
    return openVault(home, env, options)
  }
  const { openSharedVault } = await import('../../store/redis/shared-vault.ts')
  return openSharedVault(store, home, env, options)
}
