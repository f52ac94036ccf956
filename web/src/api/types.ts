// The API's documents as the page reads them. Shapes that the program defines are imported as types.

import type {
  AccountStats,
  HistoryDocument,
  HistoryKey,
  HistoryRow,
} from '../../../src/lib/toolkit/history/history-views.ts'
import type {
  AccountQuotaView,
  AccountStatus,
  AccountView,
  ArchivedView,
  CooldownView,
  ExplainDocument,
  ExplainedAccount,
  ForecastView,
  LimitView,
  ProviderView as ProgramProviderView,
} from '../../../src/lib/toolkit/views.ts'

export type {
  AccountQuotaView,
  AccountStats,
  AccountStatus,
  AccountView,
  ArchivedView,
  CooldownView,
  ExplainDocument,
  ExplainedAccount,
  ForecastView,
  HistoryDocument,
  HistoryKey,
  HistoryRow,
  LimitView,
}

export type HistoryPer = HistoryDocument['per']

export type ProviderView = ProgramProviderView & {
  /** The ways in which an account can authenticate. */
  auth: ('api-key' | 'device' | 'none')[]
  needsBaseUrl: boolean
  /** Why a login cannot begin, and what to do instead. */
  deviceRefusal: string | null
}

export interface ClientKeyView {
  id: string
  name: string
  hint: string
  user: string | null
  accounts: string[]
  groups: string[]
  accountCount: number
  models: string[]
  limits: LimitView[]
  status: 'active' | 'expired' | 'spent' | 'paused'
  availableAt: string | null
  expiresAt: string | null
  overlapsUntil: string | null
  createdAt: string
  lastUsedAt: string | null
}

export interface LoginView {
  loginId: string
  status: 'pending' | 'done' | 'denied' | 'expired' | 'cancelled' | 'failed'
  userCode?: string
  verificationUri?: string
  verificationUriComplete?: string | null
  /** The address as a QR code in SVG; null: too long. */
  qrSvg?: string | null
  expiresAt?: string
  account?: AccountView | null
  error?: ApiErrorBody | null
}

export interface ApiErrorBody {
  code: string
  message: string
  hint?: string | null
  /** The part of the request with the error: `name`, `limits[0]`. */
  field?: string | null
}

export interface ProxyView {
  url: string
  pid: number
  startedAt: string
  strategy: string
  version: string
  workers: number
  inFlight: number
  /** The only user that the proxy serves; null: all users. */
  user: string | null
}

export interface RootView {
  name: string
  version: string
  user: string | null
}

/** A log line of the proxies, as the events carry it. */
export interface LogLine {
  time: string
  kind: string
  requestId?: string
  clientKey?: string | null
  method?: string | null
  route?: string | null
  dialect?: string | null
  model?: string | null
  stream?: boolean
  status?: number | null
  outcome?: string | null
  message?: string | null
  user?: string | null
  provider?: string | null
  account?: string | null
  attempts?: number
  attempt?: number
  tried?: string[]
  next?: string | null
  latencyMs?: number | null
  firstByteMs?: number | null
  inputTokens?: number | null
  outputTokens?: number | null
  costUsd?: number | null
  estimated?: boolean
  clientGone?: boolean
  rests?: string | null
  until?: string | null
  reason?: string | null
  evidence?: string | null
  code?: string | null
}

/** The settings of a new or changed account. */
export interface AccountSettings {
  label?: string | null
  groups?: string[]
  priority?: number
  weight?: number
  limits?: string[]
  baseUrl?: string | null
  quotaGroup?: string | null
  egressProxy?: string | null
  models?: string[] | null
}

export interface NewAccount extends AccountSettings {
  provider: string
  name?: string
  user?: string
  key?: string
  verify?: boolean
}

/** A login for a new account, or for an existing one (`account`: its id). */
export interface NewLogin extends AccountSettings {
  account?: string
  name?: string
  user?: string
  /** A login server that describes itself. */
  issuer?: string
  deviceEndpoint?: string
  tokenEndpoint?: string
  clientId?: string
  scope?: string
}

export type AccountChange = AccountSettings & { name?: string; enabled?: boolean; key?: string }

export interface NewKey {
  name: string
  user?: string
  accounts?: string[]
  groups?: string[]
  models?: string[]
  limits?: string[]
  expires?: string
}

export type AccountVerb = 'enable' | 'disable' | 'verify' | 'refresh' | 'reset'

export interface AccountAnswer {
  account: AccountView
  result?: string
  message?: string
}
