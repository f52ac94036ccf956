// The documents that every way in shows: `--json`, the REST API, the page and the terminal screen print these shapes.
// They are promises: fields may be added, never renamed or removed. Unknown values are null.

import type { DayTotals } from '../quota/log/state.ts'
import type { LimitSource, Metric } from '../quota/limit.ts'

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
  /** No plugin brings its provider. */
  | 'no-provider'

/** When a limit runs out if its use goes on as it did lately. */
export interface ForecastView {
  /** RFC 3339; null: it resets first. */
  exhaustsAt: string | null
  /** At the highest pace that recent use allows for; null: it resets first even so. */
  earliest: string | null
  /** At the lowest; null: it may reset first. */
  latest: string | null
  /** What is used of the metric. */
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
  source: LimitSource
  /** A learned limit may hold for one model alone; null: for all. */
  model: string | null
  /** What told of a learned limit: a header, or a field of an error. Null for others. */
  from: string | null
  /** Null: too little was used lately to tell, it has run out, or it is a limit of one model. */
  forecast: ForecastView | null
}

export interface CooldownView {
  /** Null: the whole subject. */
  model: string | null
  /** `account`, `quota-group` or `provider`. */
  scope: 'account' | 'quota-group' | 'provider'
  reason: string
  /** The reason as people read it. */
  words: string
  evidence: string | null
  since: string
  /** Null: until the user acts. */
  until: string | null
}

/** One UTC day of an account. */
export interface TodayView extends Required<Omit<DayTotals, 'uncounted'>> {
  /** Attempts that left for the service, also those that counted nothing there. */
  attempted: number
  /** Those of them that were answered as asked. */
  answered: number
}

/** One account as `quota show` tells it. */
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
  /** Models that cool down while the account serves others, sorted. */
  restingModels: string[]
  limits: LimitView[]
  /** Requests left in the tightest window of an hour or more; 0 when it cannot serve now, null without such a limit. */
  remaining: number | null
  /** The same over windows shorter than an hour. */
  remainingMinute: number | null
  today: TodayView
  cooldowns: CooldownView[]
  /** Reservations of today whose process ended without reporting back: charged, outcome unknown. */
  unsettled: number
  lastUsedAt: string | null
}

/** One account as `auth list` and `accounts show` tell it. */
export interface AccountView extends AccountQuotaView {
  createdAt: string
  auth: { type: 'api-key' | 'oauth' | 'none'; hint: string | null; expiresAt: string | null }
  baseUrl: string | null
  quotaGroup: string | null
  weight: number
  /** Its password masked. */
  egressProxy: string | null
  models: string[] | null
  /** The account that `accounts default` named. */
  isDefault: boolean
}

/** An account that was removed, but not for good. */
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

/** What seals the secrets of a home. */
export interface StorageView {
  /** Null: nothing yet, it is decided when the first secret is sealed. */
  kind: 'keychain' | 'passphrase' | 'key-file' | null
  /** How many secrets there are. */
  sealed: number
}

export interface StorageResetView extends StorageView {
  /** Accounts whose credential is missing now, by full reference; archived ones are not among them. */
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

/** What `quota explain` asks: a request as a client would make it. What is missing asks for nothing. */
export interface ExplainQuery {
  /** As a client writes it: with `provider/` in front, or an alias. */
  model?: string
  provider?: string
  group?: string
  /** A reference: the request is pinned to it. */
  account?: string
  /** The format that the client speaks. */
  dialect?: 'openai' | 'anthropic'
  /** Below `/v1`; missing: chat, which is translated where nobody speaks the client's format. */
  route?: string
  /** What names the conversation (`x-session-id`). */
  session?: string
  /** Only this user's accounts serve, and are shown. Missing: as the running proxy has it. */
  user?: string
  /** The name or id of the client key that the request comes with: its accounts, models and limits hold. */
  key?: string
  /** Instead of the one that is set, or that the running proxy has. */
  strategy?: string
  /** Instead of the share that is set to be left to other uses: `20%`. */
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
    /** What the model comes to, in the order in which it is asked: an alias may stand for several. */
    steps: { provider: string | null; model: string | null }[]
  }
  strategy: string
  affinity: boolean
  /** Whole percent of every limit that the pool leaves to other uses. */
  reserve: number
  /** What holds over all accounts together; null: no cap is set. */
  caps: ExplainedCap | null
  /** `exact`: places are those of the next request; `presumed`: turns or chance decide, which the files do not tell. */
  places: 'exact' | 'presumed'
  /** The model where no account is known to have it, with the names most like it; null: one has it, or none is named. */
  unknownModel: { model: string; near: string[] } | null
  accounts: ExplainedAccount[]
  /** The id of the account that is asked first; null: none can serve. */
  next: string | null
  /** When the first account returns, where none can serve now; null: one can, or only you can bring one back. */
  returnsAt: string | null
}

export interface ExplainedAccount {
  id: string
  user: string
  provider: string
  name: string
  verdict: 'next' | 'eligible' | 'refused'
  /** 1 is asked first, the next when that one fails; null: it is not asked. */
  place: number | null
  /** What the account would be asked for; null: as it comes, or it is not asked. */
  model: string | null
  /** The request would be said in the other format for it. */
  translated: boolean
  /** A cooldown that was guessed has ended, or is tried: one request at a time tests it. */
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
  /** Requests at a time; null: any number. */
  concurrency: number | null
  inFlight: number
}

export interface ExplainedLimit extends LimitView {
  /** As much of `max` as the pool may use. */
  usable: number
  isUsedUp: boolean
  /** False: it is of another model. */
  applies: boolean
}

export interface ExplainedCooldown extends CooldownView {
  /** False: it is of another model. */
  applies: boolean
}

export interface ProviderView {
  id: string
  label: string
  /** Wire formats it speaks natively. */
  dialects: ('openai' | 'anthropic')[]
  endpoints: { id: string; label: string; baseUrl: string | null }[]
  defaultLimits: string[]
  keysUrl: string | null
  simulated: boolean
  terms: string | null
  /** The npm package of the plugin that registered it. */
  plugin: string
}

/** One provider as `providers show` tells it. */
export interface ProviderDetailView extends Omit<ProviderView, 'endpoints'> {
  endpoints: {
    id: string
    label: string
    baseUrl: string | null
    openai: string | null
    anthropic: string | null
    /** Instead of the provider's; null: those hold. */
    limits: string[] | null
    terms: string | null
  }[]
  keyVariables: string[]
  models: string[]
  /** Below the OpenAI base: true, it has the route; false, it surely lacks it. Null: nothing is known. */
  routes: Readonly<Record<string, boolean>> | null
  rejectsStreamOptions: boolean
  /** Response headers that limits are learned from. */
  limitHeaders: string[]
  /** Whose keys it counts together; null: not known. */
  countsTogether: string | null
}
