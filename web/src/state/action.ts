import type {
  AccountQuotaView,
  AccountView,
  ApiErrorBody,
  ArchivedView,
  ClientKeyView,
  LogLine,
  ProviderView,
  ProxyView,
} from '../api/types.ts'
import type { Toast } from './state.ts'

/** Lists that are loaded as a whole. */
export interface Lists {
  accounts: AccountView[]
  keys: ClientKeyView[]
  providers: ProviderView[]
  archive: ArchivedView[]
}

type Filled = { [Name in keyof Lists]: { type: 'filled'; list: Name; value: Lists[Name] } }[keyof Lists]

/** Every action on the page's state. */
export type Action =
  | { type: 'checking' }
  | { type: 'signed-in'; expiresAt: string | null }
  | { type: 'signed-out'; reason: string | null }
  | { type: 'versioned'; version: string }
  | { type: 'proxied'; proxy: ProxyView }
  | { type: 'connected' }
  | { type: 'lost'; at: number; retryAt: number }
  | { type: 'clock'; offsetMs: number }
  | { type: 'loading'; list: keyof Lists }
  | Filled
  | { type: 'load-failed'; list: keyof Lists; error: ApiErrorBody }
  | { type: 'account'; account: AccountView }
  | { type: 'account-gone'; id: string }
  | { type: 'quota'; accounts: AccountQuotaView[] }
  | { type: 'log'; lines: LogLine[] }
  /** Requests from before the page listened, the newest first. */
  | { type: 'past'; lines: LogLine[] }
  | { type: 'pause'; isPaused: boolean }
  | { type: 'clear-live' }
  | { type: 'toast'; toast: Omit<Toast, 'id'> }
  | { type: 'toast-gone'; id: number }
