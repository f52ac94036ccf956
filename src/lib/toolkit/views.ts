// The public documents: `--json`, the REST API, the page and the terminal screen print these shapes. They are
// promises: fields may be added, never renamed or removed. Unknown values are null.

import type { RequestSize } from '../rotation/use/request-size.ts'

export type {
  AccountQuotaView,
  AccountStatus,
  AccountView,
  ArchivedView,
  CooldownView,
  ForecastView,
  LimitView,
  TodayView,
} from '../contract/accounts/account.ts'
export type { ExplainDocument, ExplainedAccount, ExplainedCap, ExplainedLimit } from '../contract/explain.ts'
export type { ProviderDetailView } from '../contract/providers.ts'
export type { QuotaDocument } from '../contract/quota.ts'

/** The key that seals the secrets of a home. */
export interface StorageView {
  /** Null: undecided until the first secret is sealed. */
  kind: 'keychain' | 'passphrase' | 'key-file' | null
  /** The number of secrets. */
  sealed: number
}

export interface StorageResetView extends StorageView {
  /** Accounts without a credential now, by full reference, except archived ones. */
  missing: string[]
  /** The folder that keeps the old vault and the old accounts. */
  safetyCopy: string
}

/** The query of `quota explain`: a request as a client would make it. Missing fields request nothing. */
export interface ExplainQuery {
  /** As a client writes it: prefixed with `provider/`, or an alias. */
  model?: string
  provider?: string
  group?: string
  /** A reference that pins the request. */
  account?: string
  /** The format that the client speaks. */
  dialect?: 'openai' | 'anthropic' | 'gemini'
  /** Below `/v1`; missing: chat, which is translated if no account has the client's format. */
  route?: string
  /** The id of the conversation (`x-session-id`). */
  session?: string
  /** Only this user's accounts serve, and are shown. Missing: the running proxy's user. */
  user?: string
  /** The name or id of the client key of the request: its accounts, models and limits apply. */
  key?: string
  /** Replaces the configured strategy, or the running proxy's. */
  strategy?: string
  /** Replaces the configured headroom: `20%`. */
  reserve?: string
  /** Estimated input. Without it and the other sizes, limits of tokens and dollars count only what is used. */
  inputTokens?: number
  /** The bound that the client sets on the answer. */
  maxTokens?: number
  /** The size of a whole request, in place of the other two. */
  size?: RequestSize
}

export interface ProviderView {
  id: string
  label: string
  /** Native wire formats. */
  dialects: ('openai' | 'anthropic' | 'gemini')[]
  endpoints: { id: string; label: string; baseUrl: string | null }[]
  defaultLimits: string[]
  keysUrl: string | null
  simulated: boolean
  terms: string | null
  /** The npm package of the plugin that registered it. */
  plugin: string
}
