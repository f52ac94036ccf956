import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import type { Home } from '../../store/home.ts'
import type { Proxies } from '../proxies.ts'
import { refuseSharedKey } from '../store/refuse-shared-key.ts'
import { pickCost, type ToolkitOptions } from '../toolkit-options.ts'
import type { StorageResetView, StorageView } from '../views.ts'

interface StorageParts {
  home: Home
  options: ToolkitOptions
  proxies: Proxies
  clock: () => number
  warn: (message: string) => void
}

/** The vault of a home: opened for secrets, shown, moved to another kind of key, and started again. */
export class HomeStorage {
  readonly #parts: StorageParts

  constructor(parts: StorageParts) {
    this.#parts = parts
  }

  async show(): Promise<StorageView> {
    const { showStorage } = await import('../settings/vault-storage.ts')
    return showStorage(this.#request())
  }

  /** Throws for a home with a shared store, because the other machines keep the present key. */
  async move(to: string): Promise<StorageView> {
    await refuseSharedKey(this.#parts.home)
    const { moveStorage } = await import('../settings/vault-storage.ts')
    return moveStorage({ ...this.#request(), hasSealed: () => this.hasSealed() }, to)
  }

  /** Throws as `move` does. */
  async reset(): Promise<StorageResetView> {
    await refuseSharedKey(this.#parts.home)
    const { resetStorage } = await import('../settings/reset-storage.ts')
    return resetStorage({ ...this.#request(), clock: this.#parts.clock })
  }

  async open({ quietly = false } = {}) {
    const { home, options, warn } = this.#parts
    const { openHomeVault } = await import('./open-home-vault.ts')
    const hasSealed = () => this.hasSealed()
    const vault = await openHomeVault(home, options.env, { ...this.#request(), hasSealed })
    if (vault.warning !== null && !quietly) warn(vault.warning)
    return vault
  }

  async createFresh() {
    const { home, options } = this.#parts
    const { createFreshVault } = await import('../../store/vault/fresh-vault.ts')
    return createFreshVault(home, options.env, this.#request())
  }

  /** Whether an account has a sealed secret. False for a damaged document, which has its own messages. */
  async hasSealed(): Promise<boolean> {
    const data = await openAccountsDocument(this.#parts.home)
      .read()
      .catch(() => null)
    return [...(data?.accounts ?? []), ...(data?.archived ?? [])].some(
      ({ credential, egressProxy }) => credential.type !== 'none' || egressProxy !== null,
    )
  }

  #request() {
    const { home, options, proxies } = this.#parts
    const { env, keychain } = options
    const running = () => proxies.list().map(({ url }) => url)
    return { home, env, running, ...pickCost(options), ...(keychain === undefined ? {} : { keychain }) }
  }
}
