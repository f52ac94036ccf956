// The public documents: `--json`, the REST API, the page and the terminal screen print these shapes. They are
// promises: fields may be added, never renamed or removed. Unknown values are null.

import type { DayTotals } from '../quota/log/state.ts'
import type { LimitSource, Metric } from '../quota/limit.ts'
import type { PlanView } from './plans/plan-views.ts'

export type AccountStatus =
  | 'ready'
  | 'cooling'
  | 'exhausted'
  | 'disabled'
  | 'needs-login'
  | 'key-refused'
  /** Its key was lost with the vault that sealed it. */
  | 'no-key'
  | 'no-credit'
  | 'expired'
  /** The last attempts did not reach the provider. */
  | 'unreachable'
  /** No plugin registers its provider. */
  | 'no-provider'

/** The time at which a limit runs out if its recent use continues. */
export interface ForecastView {
  /** RFC 3339; null: it resets first. */
  exhaustsAt: string | null
  /** At the highest pace that recent use supports; null: it resets first even then. */
  earliest: string | null
  /** At the lowest; null: it may reset first. */
  latest: string | null
  /** Use of the metric per hour. */
  perHour: number
}

export interface LimitView {
  metric: Metric
  window: string
  /** Nominal length of the window: a day has 24 hours, a month 30 days. */
  windowMs: number
  max: number
  /** Granted reservations in the window, settled or not. */
  used: number
  /** The part of `used` that is still in flight. */
  reserved: number
  /** `max - used`, never below 0. */
  remaining: number
  /** RFC 3339; null for a first-use window that has not begun, or a rolling one that is empty. */
  resetsAt: string | null
  /** `plan`: the provider counts it, and qwenctl asked. */
  source: LimitSource | 'plan'
  /** Null: all models; a learned limit may apply to one model alone. */
  model: string | null
  /** The source of a learned limit: a header, or a field of an error. Null for others. */
  from: string | null
  /** True: a limit in dollars that counted nothing today, because the price of the models is unknown. */
  unpriced: boolean
  /** Null: too little recent use, the limit has run out, or it applies to one model. */
  forecast: ForecastView | null
}

export interface CooldownView {
  /** Null: the whole subject. */
  model: string | null
  /** `account`, `quota-group` or `provider`. */
  scope: 'account' | 'quota-group' | 'provider'
  reason: string
  /** The reason for people. */
  words: string
  evidence: string | null
  since: string
  /** Null: until the user acts. */
  until: string | null
}

/** A UTC day of an account. */
export interface TodayView extends Required<Omit<DayTotals, 'uncounted'>> {
  /** Attempts sent to the service, also those that counted nothing there. */
  attempted: number
  /** Attempts with a successful response. */
  answered: number
}

/** An account in `quota show`. */
export interface AccountQuotaView {
  id: string
  user: string
  provider: string
  name: string
  /** Free text for people; null: the name alone. */
  label: string | null
  groups: string[]
  priority: number
  enabled: boolean
  status: AccountStatus
  /** Why it is not ready, in words. */
  statusReason: string | null
  /** RFC 3339 of its earliest return; null when it is ready, or when only the user can bring it back. */
  availableAt: string | null
  /** The exact command that brings it back; null: none is needed, or time alone brings it back. */
  fix: string | null
  /** Models in cooldown while the account serves others, sorted. */
  restingModels: string[]
  limits: LimitView[]
  /** Requests left in the tightest window of an hour or more; 0 when it cannot serve now, null without such a limit. */
  remaining: number | null
  /** The same over windows shorter than an hour. */
  remainingMinute: number | null
  today: TodayView
  cooldowns: CooldownView[]
  /** The provider's own counts, as last asked; null: never asked. */
  plan: PlanView | null
  /** Reservations of today without a report from their ended process: charged, outcome unknown. */
  unsettled: number
  lastUsedAt: string | null
}

/** An account in `auth list` and `accounts show`. */
export interface AccountView extends AccountQuotaView {
  createdAt: string
  auth: { type: 'api-key' | 'oauth' | 'none'; hint: string | null; expiresAt: string | null }
  baseUrl: string | null
  /** Its service below `/services`; null: a model provider. */
  service: string | null
  /** `Authorization: Bearer {key}`; null: the provider's own. */
  authHeader: string | null
  quotaGroup: string | null
  weight: number
  /** The URL with its password masked. */
  egressProxy: string | null
  models: string[] | null
  /** Whether `accounts default` named this account. */
  isDefault: boolean
}

/** An account that was removed, but not permanently. */
export interface ArchivedView {
  id: string
  user: string
  provider: string
  name: string
  label: string | null
  groups: string[]
  createdAt: string
  archivedAt: string
  auth: AccountView['auth']
  baseUrl: string | null
}

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

export interface QuotaDocument {
  now: string
  /** UTC, `YYYY-MM-DD`. */
  day: string
  accounts: AccountQuotaView[]
  totals: {
    accounts: number
    ready: number
    requests: number
    /** Sum over accounts that can serve now, each by its tightest window of an hour or more; null: no such limit. */
    remaining: number | null
    /** The same over windows shorter than an hour. */
    remainingMinute: number | null
    inputTokens: number
    outputTokens: number
  }
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
  dialect?: 'openai' | 'anthropic'
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
}

/** The `quota explain` document. */
export interface ExplainDocument {
  now: string
  asked: {
    model: string | null
    provider: string | null
    group: string | null
    /** The id of the account that the request is pinned to. */
    account: string | null
    dialect: 'openai' | 'anthropic' | null
    route: string | null
    session: string | null
    user: string | null
    /** The name of the client key; null: the request has none. */
    key: string | null
    /** The models that the requested one resolves to, in order of attempts: an alias may name several. */
    steps: { provider: string | null; model: string | null }[]
  }
  strategy: string
  affinity: boolean
  /** The headroom: whole percent of every limit that the pool leaves to other uses. */
  reserve: number
  /** The caps on all accounts together; null: no cap is set. */
  caps: ExplainedCap | null
  /**
   * `exact`: the places of the next request; `presumed`: rotation or chance decides, which the files do not record.
   */
  places: 'exact' | 'presumed'
  /**
   * The model if no account is known to have it, with similar names; null: an account has it, or none is requested.
   */
  unknownModel: { model: string; near: string[] } | null
  accounts: ExplainedAccount[]
  /** The id of the first account in the order; null: none can serve. */
  next: string | null
  /** The return of the first account if none can serve now. Null: one can, or only the user can bring one back. */
  returnsAt: string | null
}

export interface ExplainedAccount {
  id: string
  user: string
  provider: string
  name: string
  verdict: 'next' | 'eligible' | 'refused'
  /** 1 is tried first, the next after its failure; null: not tried. */
  place: number | null
  /** The model for this account; null: unchanged, or the account is not tried. */
  model: string | null
  /** Whether the request would be translated for the account. */
  translated: boolean
  /** A guessed cooldown has ended, or is being tested: one request at a time tests it. */
  halfOpen: boolean
  reason: { code: string; words: string } | null
  /** Null: it can serve now, or time alone does not bring it back. */
  returnsAt: string | null
  /** Null: the account has no cap of its own. */
  cap: ExplainedCap | null
  limits: ExplainedLimit[]
  cooldowns: ExplainedCooldown[]
}

export interface ExplainedCap {
  /** Concurrent requests; null: any number. */
  concurrency: number | null
  inFlight: number
}

export interface ExplainedLimit extends LimitView {
  /** The part of `max` that the pool may use. */
  usable: number
  isUsedUp: boolean
  /** False: it applies to another model. */
  applies: boolean
}

export interface ExplainedCooldown extends CooldownView {
  /** False: it applies to another model. */
  applies: boolean
}

export interface ProviderView {
  id: string
  label: string
  /** Native wire formats. */
  dialects: ('openai' | 'anthropic')[]
  endpoints: { id: string; label: string; baseUrl: string | null }[]
  defaultLimits: string[]
  keysUrl: string | null
  simulated: boolean
  terms: string | null
  /** The npm package of the plugin that registered it. */
  plugin: string
}

/** A provider in `providers show`. */
export interface ProviderDetailView extends Omit<ProviderView, 'endpoints'> {
  endpoints: {
    id: string
    label: string
    baseUrl: string | null
    openai: string | null
    anthropic: string | null
    /** Replaces the provider's limits; null: those apply. */
    limits: string[] | null
    terms: string | null
  }[]
  keyVariables: string[]
  models: string[]
  /** Below the OpenAI base: true, it has the route; false, it certainly lacks it. Null: unknown. */
  routes: Readonly<Record<string, boolean>> | null
  rejectsStreamOptions: boolean
  /** Response headers that limits are learned from. */
  limitHeaders: string[]
  /** The keys that it counts together; null: unknown. */
  countsTogether: string | null
}
