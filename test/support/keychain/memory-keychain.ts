import type { Keychain } from '../../../src/lib/store/vault/keychain.ts'
import { KeychainError } from '../../../src/lib/store/vault/keychain.ts'

export interface MemoryKeychain extends Keychain {
  secrets: Map<string, string>
  /** While it is locked, every call fails. */
  isLocked: boolean
}

/** A keychain that keeps the contract of the system's, without the system. */
export function memoryKeychain(): MemoryKeychain {
  const secrets = new Map<string, string>()
  const open = () => {
    if (keychain.isLocked) throw new KeychainError('it is locked')
    return secrets
  }
  const keychain: MemoryKeychain = {
    secrets,
    isLocked: false,
    get: async (name) => open().get(name) ?? null,
    set: async (name, secret) => void open().set(name, secret),
    remove: async (name) => void open().delete(name),
  }
  return keychain
}
