import type { DoctorOptions } from './check.ts'
import type { Home } from '../../store/home.ts'
import type { Vault } from '../../store/vault/vault.ts'
import type { AccountSecrets } from '../accounts/account-secrets.ts'
import type { Egress } from '../../net/egress.ts'
import type { ProxyStanding, ProxyView } from '../proxies.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { Settings } from '../settings/settings.ts'
import type { AccountQuotaView } from '../views.ts'

export interface DoctorParts extends DoctorOptions {
  home: Home
  env: NodeJS.ProcessEnv
  clock: () => number
  settings: Settings
  secrets: AccountSecrets
  vault: () => Promise<Vault>
  providers: () => Promise<ProviderRegistry>
  /** Every account with its current state. */
  accounts: () => Promise<AccountQuotaView[]>
  egress: () => Promise<Egress>
  /** The running proxies of this home. */
  running: () => ProxyView[]
  /** The same with their states. */
  standings: () => Promise<ProxyStanding[]>
  /** The time limit for one response of a provider. */
  timeoutMs: number
  userAgent: string
}
