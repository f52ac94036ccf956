import { z } from 'zod'
import { metrics } from '../../quota/limit.ts'
import { answer, body, count, text, time } from './components.ts'

export const forecastFields = {
  exhaustsAt: time.nullable().describe('null: it resets first'),
  earliest: time.nullable(),
  latest: time.nullable(),
  perHour: z.number().describe('what is used of the metric'),
}

const forecast = answer(
  'Forecast',
  z.object(forecastFields),
  'when a limit runs out if its use goes on as it did lately',
)

export const limitFields = {
  metric: z.enum(metrics),
  window: text.describe('as it is configured: day, 5h, week@Asia/Shanghai'),
  windowMs: z.number().describe('nominal length of the window: a month has 30 days'),
  max: z.number(),
  used: z.number().describe('granted in the window, settled or not'),
  reserved: z.number().describe('the part of used that is still in flight'),
  remaining: z.number(),
  resetsAt: time.nullable(),
  source: z.enum(['configured', 'default', 'learned']),
  model: text.nullable().describe('a learned limit may hold for one model alone'),
  from: text.nullable().describe('what told of a learned limit'),
  forecast: forecast.nullable(),
}

export const limitView = answer('Limit', z.object(limitFields))

export const cooldownFields = {
  model: text.nullable().describe('null: all of them'),
  scope: z.enum(['account', 'quota-group', 'provider']),
  reason: text,
  words: text.describe('the reason as people read it'),
  evidence: text.nullable(),
  since: time,
  until: time.nullable().describe('null: until somebody acts'),
}

export const cooldownView = answer('Cooldown', z.object(cooldownFields))

const today = answer(
  'Today',
  z.object({
    requests: count,
    succeeded: count,
    failed: count,
    attempted: count.describe('attempts that left for the service, also those that counted nothing there'),
    answered: count.describe('those of them that were answered as asked'),
    unreached: count.describe('attempts that never left'),
    inputTokens: count,
    outputTokens: count,
    costUsd: z.number().nullable(),
  }),
  'what was counted since midnight UTC',
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
    'no-credit',
    'expired',
    'unreachable',
    'no-provider',
  ]),
  statusReason: text.nullable(),
  availableAt: time.nullable(),
  fix: text
    .nullable()
    .describe('the exact command that brings it back; null: none is needed, or time alone does'),
  restingModels: z.array(text).describe('models that cool down while the account serves others'),
  limits: z.array(limitView),
  remaining: z
    .number()
    .nullable()
    .describe('requests left in the tightest window of an hour or more; 0: it cannot serve now'),
  remainingMinute: z.number().nullable().describe('the same over shorter windows'),
  today,
  cooldowns: z.array(cooldownView),
  unsettled: count.describe('requests of today whose process ended without reporting back'),
  lastUsedAt: time.nullable(),
}

export const accountQuota = answer('AccountQuota', z.object(quotaFields), 'an account as quota show tells it')

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
    quotaGroup: text.nullable(),
    weight: z.int(),
    egressProxy: text.nullable().describe('its password masked'),
    models: z.array(text).nullable().describe('null: whatever the provider has'),
    isDefault: z.boolean(),
  }),
  'an account as auth list tells it',
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

/** What can be said of an account that is to be, or is; each may be missing. */
export const settings = {
  label: text
    .nullable()
    .optional()
    .describe('free text of up to 80 characters; a name is derived from it where none is given'),
  groups: z.array(text).optional(),
  priority: z.int().optional(),
  weight: z.int().optional(),
  limits: z.array(text).optional().describe('as 2000/day; none: the defaults of the provider'),
  baseUrl: text.nullable().optional(),
  quotaGroup: text.nullable().optional(),
  egressProxy: text.nullable().optional().describe('URLs of proxies, the first first, separated by blanks'),
  models: z.array(text).nullable().optional(),
}

/** Write-only: no answer ever has it. */
export const key = text.optional().meta({ writeOnly: true, description: 'the API key; no answer has it' })

const verify = z.boolean().optional().describe('ask the provider whether it accepts the key first (default)')

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

export const accountList = answer('Accounts', z.object({ accounts: z.array(account) }))
export const oneAccount = answer('OneAccount', z.object({ account }))
export const addedAccount = answer(
  'AddedAccount',
  z.object({
    account,
    verification: verification
      .nullable()
      .describe('what the provider said of the key; null: it was not asked'),
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
export const archive = answer('Archive', z.object({ accounts: z.array(archivedAccount) }))
export const oneArchived = answer('OneArchived', z.object({ account: archivedAccount }))
