import type {
  AccountView,
  ApiErrorBody,
  ArchivedView,
  ClientKeyView,
  LogLine,
  ProviderView,
  ProxyView,
} from '../api/types.ts'

/** Data of the server that may not have arrived yet. After a failure the old value stays visible. */
export interface Loaded<Value> {
  value: Value | null
  isLoading: boolean
  error: ApiErrorBody | null
}

export type Session =
  /** `isChecking`: a token or ticket is being checked. `reason`: why a sign-in is needed, in words. */
  { status: 'out'; isChecking: boolean; reason: string | null } | { status: 'in'; expiresAt: string | null }

/** The event stream of the server. */
export type Link =
  | { status: 'connecting' }
  | { status: 'live' }
  /** `retryAt`: epoch milliseconds. */
  | { status: 'offline'; since: number; retryAt: number }

export interface LiveEntry {
  /** A sequence number in order of arrival. */
  number: number
  line: LogLine
}

export interface Live {
  /** Newest first, bounded. */
  entries: LiveEntry[]
  /** Entries that arrived during a pause, newest first, bounded too. */
  held: LiveEntry[]
  isPaused: boolean
  next: number
  /** Whether the entries begin with requests from before the page listened. */
  hasPast: boolean
}

export interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: string
  hint: string | null
}

export interface State {
  session: Session
  link: Link
  version: string | null
  proxy: ProxyView | null
  /** Server's clock minus the browser's, milliseconds: countdowns follow the server. */
  clockOffsetMs: number
  accounts: Loaded<AccountView[]>
  keys: Loaded<ClientKeyView[]>
  providers: Loaded<ProviderView[]>
  archive: Loaded<ArchivedView[]>
  live: Live
  toasts: Toast[]
  nextToast: number
  /** Increases whenever the history may have changed. */
  changes: number
}

export const notLoaded = { value: null, isLoading: false, error: null } as const

export const initialState: State = {
  session: { status: 'out', isChecking: true, reason: null },
  link: { status: 'connecting' },
  version: null,
  proxy: null,
  clockOffsetMs: 0,
  accounts: notLoaded,
  keys: notLoaded,
  providers: notLoaded,
  archive: notLoaded,
  live: { entries: [], held: [], isPaused: false, next: 1, hasPast: false },
  toasts: [],
  nextToast: 1,
  changes: 0,
}
