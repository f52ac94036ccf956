import type { Account } from '../../account/account.ts'
import type { Provider } from '../../provider/provider.ts'
import type { ProviderDetailView, ProviderView } from '../views.ts'

/** The providers from the hook `qwenctl:providers`, by id. */
export interface ProviderRegistry {
  /** Throws `unknown_provider`, naming the nearest. */
  get(id: string): Provider
  /** The provider of an account: faults of its plugin name the account. Throws `unknown_provider`. */
  of(account: Pick<Account, 'provider' | 'name'>): Provider
  has(id: string): boolean
  all(): Provider[]
  views(): ProviderView[]
  /** Throws `unknown_provider`, naming the nearest. */
  show(id: string): ProviderDetailView
  /** Failed or conflicting registrations, by plugin: reported as warnings, never hidden. */
  readonly problems: string[]
}
