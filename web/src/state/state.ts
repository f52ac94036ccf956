import type {
  AccountView,
  ApiErrorBody,
  ArchivedView,
  ClientKeyView,
  LogLine,
  ProviderView,
  ProxyView,
} from '../api/types.ts'

/** What was asked of the server and may not be here yet. After a failure the old value stays to be seen. */
export interface Loaded<Value> {
  value: Value | null
  isLoading: boolean
  error: ApiErrorBody | null
}

export type Session =
  /** `isChecking`: a token or ticket is being tried. `reason`: why one has to sign in, in words. */
  { status: 'out'; isChecking: boolean; reason: string | null } | { status: 'in'; expiresAt: string | null }

/** The line to the server's events. */
export type Link =
  | { status: 'connecting' }
  | { status: 'live' }
  /** `retryAt`: epoch milliseconds. */
  | { status: 'offline'; since: number; retryAt: number }

export interface LiveEntry {
  /** Counts up; the order of arrival. */
  number: number
  line: LogLine
}

export interface Live {
  /** Newest first, bounded. */
  entries: LiveEntry[]
  /** What arrived while paused, newest first, bounded too. */
  held: LiveEntry[]
  isPaused: boolean
  next: number
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
  /** Server's clock minus ours, milliseconds: countdowns follow the server. */
  clockOffsetMs: number
  accounts: Loaded<AccountView[]>
  keys: Loaded<ClientKeyView[]>
  providers: Loaded<ProviderView[]>
  archive: Loaded<ArchivedView[]>
  live: Live
  toasts: Toast[]
  nextToast: number
  /** Counts up whenever what history is made of may have changed. */
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
  live: { entries: [], held: [], isPaused: false, next: 1 },
  toasts: [],
  nextToast: 1,
  changes: 0,
}
