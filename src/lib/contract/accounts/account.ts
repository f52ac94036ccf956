import { z } from 'zod'
import { metrics } from '../../quota/limit.ts'
import { answer, body, count, text, time } from '../components.ts'
import { next } from '../paging.ts'

export const forecastFields = {
  exhaustsAt: time.nullable().describe('null: it resets first'),
  earliest: time.nullable().describe('at the highest pace that recent use supports'),
  latest: time.nullable().describe('at the lowest; null: it may reset first'),
  perHour: z.number().describe('what is used of the metric'),
}

const forecast = answer('Forecast', z.object(forecastFields), 'when the limit runs out at its recent pace')

export const limitFields = {
  metric: z.enum(metrics),
  window: text.describe('as configured: day, 5h, week@Asia/Shanghai'),
  windowMs: z.number().describe('nominal length of the window: a month has 30 days'),
  max: z.number(),
  used: z.number().describe('granted in the window, settled or not'),
  reserved: z.number().describe('the part of used that is still in flight'),
  remaining: z.number().describe('max - used, never below 0'),
  resetsAt: time.nullable().describe('null: a first-use window that has not begun, or an empty rolling one'),
  source: z
    .enum(['configured', 'default', 'learned', 'plan'])
    .describe('plan: the provider counts it, and qwenctl asked'),
  model: text.nullable().describe('a learned limit may apply to one model only'),
  from: text.nullable().describe('source of a learned limit'),
  unpriced: z.boolean().describe('a limit in dollars that counted nothing today: no price is known'),
  forecast: forecast
    .nullable()
    .describe('null: too little recent use, none is left, or it applies to one model'),
}

export const limitView = answer('Limit', z.object(limitFields))

export const cooldownFields = {
  model: text.nullable().describe('null: all of them'),
  scope: z.enum(['account', 'quota-group', 'provider']),
  reason: text,
  words: text.describe('the reason as text for people'),
  evidence: text.nullable(),
  since: time,
  until: time.nullable().describe('null: until a person acts'),
}

export const cooldownView = answer('Cooldown', z.object(cooldownFields))

const today = answer(
  'Today',
  z.object({
    requests: count,
    succeeded: count,
    failed: count,
    attempted: count.describe('attempts that reached the service, including those that it did not count'),
    answered: count.describe('attempts that succeeded'),
    unreached: count.describe('attempts that never left'),
    inputTokens: count,
    outputTokens: count,
    estimatedTokens: count.describe('the part of the tokens that qwenctl estimated'),
    costUsd: z.number().nullable(),
  }),
  'counted since midnight UTC',
)

const planWindow = answer(
  'PlanWindow',
  z.object({
    name: text,
    metric: z.enum(metrics).nullable(),
    window: text.nullable(),
    max: z.number().nullable(),
    used: z.number().nullable(),
    elsewhere: z.number().nullable().describe('the part of used that did not go through qwenctl'),
    remaining: z.number().nullable(),
    percent: z.number().nullable().describe('the used share, 0 to 100'),
    resetsAt: time.nullable(),
    currency: text.optional().describe('of a balance that is not in US dollars'),
    unofficial: z
      .literal(true)
      .optional()
      .describe('the provider does not document the address of this count'),
    unusable: z.literal(true).optional().describe('the provider says that this balance pays for no request'),
  }),
)
const planView = answer(
  'Plan',
  z.object({ at: time, windows: z.array(planWindow) }),
  "the provider's own counts",
)

const quotaFields = {
  id: text,
  user: text,
  provider: text,
  name: text,
  label: text.nullable().describe('free text for people; null: the name alone'),
  groups: z.array(text),
  priority: z.int().describe('tier; the smallest number serves first'),
  enabled: z.boolean(),
  status: z.enum([
    'ready',
    'cooling',
    'exhausted',
    'disabled',
    'needs-login',
    'key-refused',
    'no-key',
    'no-credit',
    'expired',
    'unreachable',
    'no-provider',
    'plugin-failed',
  ]),
  statusReason: text.nullable().describe('why it is not ready, in words'),
  availableAt: time.nullable().describe('null: it is ready, or only a person can bring it back'),
  fix: text
    .nullable()
    .describe('the exact command that brings it back; null: none is needed, or only time helps'),
  restingModels: z.array(text).describe('models in cooldown while the account serves others'),
  limits: z.array(limitView),
  remaining: z
    .number()
    .nullable()
    .describe('requests left in the tightest window of an hour or more; 0: it cannot serve now'),
  remainingMinute: z.number().nullable().describe('the same over shorter windows'),
  today,
  cooldowns: z.array(cooldownView),
  plan: planView.nullable().describe('what the provider itself counts, as last asked'),
  unsettled: count.describe('requests of today without a result, because the process ended'),
  lastUsedAt: time.nullable(),
}

export const accountQuota = answer('AccountQuota', z.object(quotaFields), 'an account as in quota show')

const auth = answer(
  'Auth',
  z.object({
    type: z.enum(['api-key', 'oauth', 'none']),
    hint: text.nullable().describe('masked: sk-…f3a9'),
    expiresAt: time.nullable(),
  }),
)

export const account = answer(
  'Account',
  z.object({
    ...quotaFields,
    createdAt: time,
    auth,
    baseUrl: text.nullable(),
    anthropicBaseUrl: text.nullable().describe('the Messages base beside an OpenAI baseUrl; null: none'),
    service: text.nullable().describe('its service below /services; null: a model provider'),
    authHeader: text.nullable().describe('the header with the key, such as Authorization: Bearer {key}'),
    quotaGroup: text.nullable(),
    weight: z.int(),
    egressProxy: text.nullable().describe('with its password masked'),
    models: z.array(text).nullable().describe('null: all models of the provider'),
    isDefault: z.boolean(),
  }),
  'an account as in auth list',
)

export const archivedAccount = answer(
  'ArchivedAccount',
  z.object({
    id: text,
    user: text,
    provider: text,
    name: text,
    label: text.nullable(),
    groups: z.array(text),
    createdAt: time,
    archivedAt: time,
    auth,
    baseUrl: text.nullable(),
  }),
)

/** The time at which a limit runs out if its recent use continues. */
export type ForecastView = z.output<typeof forecast>
export type LimitView = z.output<typeof limitView>
export type CooldownView = z.output<typeof cooldownView>
/** A UTC day of an account. */
export type TodayView = z.output<typeof today>
/** The provider's own counts for an account. */
export type PlanView = z.output<typeof planView>
export type PlanWindowView = z.output<typeof planWindow>
/** An account in `quota show`. */
export type AccountQuotaView = z.output<typeof accountQuota>
export type AccountStatus = AccountQuotaView['status']
/** An account in `auth list` and `accounts show`. */
export type AccountView = z.output<typeof account>
/** An account that was removed, but not permanently. */
export type ArchivedView = z.output<typeof archivedAccount>

/** The settable fields of a new or existing account; each is optional. */
export const settings = {
  label: text
    .nullable()
    .optional()
    .describe('free text of up to 80 characters; without a name, the name is derived from it'),
  groups: z.array(text).optional(),
  priority: z.int().optional(),
  weight: z.int().optional(),
  limits: z.array(text).optional().describe('such as 2000/day; empty: the defaults of the provider'),
  baseUrl: text.nullable().optional(),
  anthropicBaseUrl: text
    .nullable()
    .optional()
    .describe('for provider custom: the Messages base of a service with both dialects'),
  service: text.nullable().optional().describe('for provider http: the name below /services'),
  authHeader: text.nullable().optional().describe('for provider http: such as Authorization: Bearer {key}'),
  quotaGroup: text.nullable().optional(),
  egressProxy: text
    .nullable()
    .optional()
    .describe('URLs of proxies separated by spaces, in order of preference'),
  models: z.array(text).nullable().optional(),
}

/** Write-only: no answer contains it. */
export const key = text
  .optional()
  .meta({ writeOnly: true, description: 'the API key; no answer contains it' })

const verify = z.boolean().optional().describe('check the key with the provider first (default)')

export const newAccount = body(
  'NewAccount',
  z.strictObject({ provider: text, name: text.optional(), user: text.optional(), key, ...settings, verify }),
)

export const accountChanges = body(
  'AccountChanges',
  z.strictObject({
    name: text.optional(),
    enabled: z.boolean().optional(),
    isDefault: z.literal(true).optional(),
    key,
    ...settings,
  }),
)

export const accountName = body('AccountName', z.strictObject({ name: text.optional() }))

const verificationResult = z.enum(['accepted', 'refused', 'unreachable', 'unchecked'])

export const verification = z.object({ result: verificationResult, message: text })

export const accountList = answer('Accounts', z.object({ accounts: z.array(account), next }))
export const oneAccount = answer('OneAccount', z.object({ account }))
export const addedAccount = answer(
  'AddedAccount',
  z.object({
    account,
    verification: verification.nullable().describe("the provider's verdict on the key; null: not checked"),
  }),
)
export const verifiedAccount = answer(
  'VerifiedAccount',
  z.object({ account, result: verificationResult, message: text, latencyMs: z.number().nullable() }),
)
export const refreshedAccount = answer(
  'RefreshedAccount',
  z.object({
    account,
    result: z.enum(['renewed', 'needs-login', 'unreachable', 'no-login']),
    message: text,
  }),
)
export const archive = answer('Archive', z.object({ accounts: z.array(archivedAccount), next }))
export const oneArchived = answer('OneArchived', z.object({ account: archivedAccount }))

/** The settable fields of an account, as a request gives them. */
export type AccountFields = z.input<z.ZodObject<typeof settings>>
export type NewAccountBody = z.input<typeof newAccount>
export type AccountChanges = z.input<typeof accountChanges>
