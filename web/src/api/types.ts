// The API's documents as the page reads them. Shapes that the program defines are imported as types.

import type { AccountFields, AccountView } from '../../../src/lib/contract/accounts/account.ts'
import type { ErrorAnswer } from '../../../src/lib/contract/error.ts'
import type { HistoryDocument } from '../../../src/lib/contract/history.ts'

export type {
  AccountChanges as AccountChange,
  AccountQuotaView,
  AccountStatus,
  AccountView,
  ArchivedView,
  CooldownView,
  ForecastView,
  LimitView,
  NewAccountBody as NewAccount,
} from '../../../src/lib/contract/accounts/account.ts'
export type { ExplainDocument, ExplainedAccount } from '../../../src/lib/contract/explain.ts'
export type { AccountStats, HistoryDocument, HistoryRow } from '../../../src/lib/contract/history.ts'
export type { ClientKeyView, NewKeyBody as NewKey } from '../../../src/lib/contract/access/keys.ts'
export type { LoginView, NewLoginBody as NewLogin } from '../../../src/lib/contract/accounts/logins.ts'
export type { ProviderAnswer as ProviderView } from '../../../src/lib/contract/providers.ts'
export type { ProxyView } from '../../../src/lib/contract/proxy.ts'
export type { AboutView as RootView } from '../../../src/lib/contract/access/session.ts'
export type { RequestView } from '../../../src/lib/contract/requests.ts'
export type { BatchView } from '../../../src/lib/contract/batches.ts'
export type { JobAnswer as JobView, PlannedRun, RunView } from '../../../src/lib/contract/jobs.ts'

export type HistoryPer = HistoryDocument['per']
export type HistoryKey = HistoryDocument['by']

/** An error of the API, or one that the page found itself. */
export type ApiErrorBody = Pick<ErrorAnswer, 'code' | 'message'> &
  Partial<{ [Name in 'hint' | 'field']: ErrorAnswer[Name] | null }>

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

/** The settings of a new or changed account that the page has fields for. */
export type AccountSettings = AccountFields

export type AccountVerb = 'enable' | 'disable' | 'verify' | 'refresh' | 'reset' | 'start' | 'stop'

export interface AccountAnswer {
  account: AccountView
  result?: string
  message?: string
}
