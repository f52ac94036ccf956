import { z } from 'zod'
import { limitView } from '../accounts/account.ts'
import { answer, body, text, time } from '../components.ts'
import { next, paging } from '../paging.ts'

const clientKey = answer(
  'ClientKey',
  z.object({
    id: text,
    name: text,
    hint: text.describe('masked: qk_…f3a9'),
    user: text.nullable(),
    accounts: z.array(text),
    groups: z.array(text),
    accountCount: z.int().min(0).describe('number of accounts that may serve it'),
    models: z.array(text),
    limits: z.array(limitView),
    status: z.enum(['active', 'expired', 'spent', 'paused']),
    availableAt: time.nullable(),
    expiresAt: time.nullable(),
    overlapsUntil: time.nullable().describe('until then a secret from before a rotation works too'),
    createdAt: time,
    lastUsedAt: time.nullable(),
    isUseRecorded: z
      .boolean()
      .describe('false: a key of one command or job without limits; lastUsedAt is null'),
  }),
)

export const newKey = body(
  'NewClientKey',
  z.strictObject({
    name: text,
    user: text.nullable().optional().describe('the user that owns the serving accounts; null: all users'),
    accounts: z.array(text).optional().describe('references or ids of accounts that serve it; empty: all'),
    groups: z.array(text).optional(),
    models: z.array(text).optional().describe('* matches any characters'),
    limits: z.array(text).optional(),
    expires: text.optional().describe('30d, 12h, a date or a time'),
  }),
)

export const keyChanges = body(
  'ClientKeyChanges',
  z.strictObject({
    name: text.optional(),
    accounts: z.array(text).optional().describe('references or ids of accounts that serve it; empty: all'),
    groups: z.array(text).optional(),
    models: z.array(text).optional(),
    limits: z.array(text).optional(),
    expires: text.nullable().optional().describe('30d, 12h, a date or a time; null: never'),
  }),
)

export const keyRotation = body(
  'ClientKeyRotation',
  z.strictObject({
    overlap: text.optional().describe('how long the previous secret keeps working: 24h; missing: not at all'),
  }),
)

export const keyQuery = z.strictObject({
  user: text.optional(),
  status: clientKey.shape.status.optional(),
  ...paging,
})
export const keyList = answer('ClientKeys', z.object({ keys: z.array(clientKey), next }))
export const oneKey = answer('OneClientKey', z.object({ key: clientKey }))
export const createdKey = answer(
  'CreatedClientKey',
  z.object({ key: clientKey, secret: text.describe('the key itself, returned only once') }),
)

export type ClientKeyView = z.output<typeof clientKey>
export type NewKeyBody = z.input<typeof newKey>
