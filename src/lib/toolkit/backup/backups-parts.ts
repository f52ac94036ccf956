import type { Ledger } from '../../quota/ledger.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Home } from '../../store/home.ts'
import type { FreshVault } from '../../store/vault/fresh-vault.ts'
import type { Vault } from '../../store/vault/vault.ts'
import type { AccountSecrets } from '../accounts/account-secrets.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'

export interface BackupsParts {
  home: Home
  document: JsonDocument<AccountsData>
  secrets: AccountSecrets
  ledger: () => Promise<Ledger>
  providers: () => Promise<ProviderRegistry>
  /** The addresses of the running proxies of this home. */
  running: () => string[]
  /** The home's own vault. Throws `vault_locked` and `store_corrupt`. */
  vault: () => Promise<Vault>
  /** Whether an account of the home has a sealed secret. */
  hasSealed: () => Promise<boolean>
  /** A new vault for the home, made by the rules of a fresh one. */
  freshVault: () => Promise<FreshVault>
  clock: () => number
  /** scrypt's N; for tests. */
  scryptCost?: number
}
