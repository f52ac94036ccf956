import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import type { Home } from '../../store/home.ts'
import type { VaultKind } from '../../store/vault/passphrase.ts'
import { vaultKinds } from '../../store/vault/passphrase.ts'
import { moveVault } from '../../store/vault/move-vault.ts'
import { vaultKind } from '../../store/vault/vault.ts'
import type { VaultOptions } from '../../store/vault/vault.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { StorageView } from '../views.ts'

export interface StorageParts extends VaultOptions {
  home: Home
  env: NodeJS.ProcessEnv
  running: () => string[]
}

export async function showStorage({ home, env }: StorageParts): Promise<StorageView> {
  const { accounts, archived } = await openAccountsDocument(home).read()
  const places = [...accounts, ...archived].flatMap(({ credential, egressProxy }) => [
    credential,
    egressProxy,
  ])
  const sealed = places.filter((place) => place !== null && 'sealed' in place).length
  return { kind: await vaultKind(home, env), sealed }
}

/** Seals every secret with a key of another kind, all or none. Throws what `moveVault` throws. */
export async function moveStorage(parts: StorageParts, to: string): Promise<StorageView> {
  const { home, env, running, ...options } = parts
  const kind = vaultKinds.find((known) => known === to)
  if (kind === undefined)
    throw new QwenctlError('invalid_value', `there is no storage "${to}"`, { hint: vaultKinds.join(', ') })
  refuseWhileRunning(running)
  return { kind: kind satisfies VaultKind, sealed: await moveVault(home, env, kind, options) }
}

/** Throws `failed` while a proxy runs over the home. */
export function refuseWhileRunning(running: () => string[]): void {
  const [proxy] = running()
  if (proxy === undefined) return
  throw new QwenctlError(
    'failed',
    `the proxy at ${proxy} runs, and would continue with the former files and keys; nothing was changed`,
    { hint: 'stop it with qwenctl proxy stop, then type the command again' },
  )
}
