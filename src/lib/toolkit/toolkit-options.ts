import type { Keychain } from '../store/vault/keychain.ts'
import type { LoginTime } from './login/device-login.ts'
import type { ProvidersParts } from './providers/open-providers.ts'

export interface ToolkitOptions extends Pick<ProvidersParts, 'loadProviders' | 'callPlugin'> {
  env: NodeJS.ProcessEnv
  clock?: () => number
  /** The wait of a login between two polls; for tests. */
  sleep?: LoginTime['sleep']
  /** In [0, 1): decides how early a login is renewed. */
  random?: () => number
  /** The user of accounts that name none; overrides variable and file. */
  user?: string
  /** Files with certificates to trust besides Node's own; overrides variable and file. */
  ca?: readonly string[] | undefined
  /** The time limit for a provider's check of a key. */
  checkTimeoutMs?: number
  /** scrypt's N for a passphrase that is set now; for tests. */
  scryptCost?: number
  /** Replaces the system's keychain; for tests. */
  keychain?: Keychain
}

/** For tests, a passphrase costs less. */
export function pickCost({ scryptCost }: ToolkitOptions): { scryptCost?: number } {
  return scryptCost === undefined ? {} : { scryptCost }
}
