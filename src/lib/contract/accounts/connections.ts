import { z } from 'zod'
import { account, verification } from './account.ts'
import { answer, body, text, time } from '../components.ts'
import { login } from './logins.ts'
import { next, paging } from '../paging.ts'

const authType = z.enum(['api_key', 'none', 'device'])

const connection = answer(
  'Connection',
  z.object({
    id: text,
    app_id: text.describe('the provider'),
    auth_type: authType,
    account_name: text.describe('the label of the account, or its name without one'),
    status: account.shape.status,
    created_at: time,
    account,
  }),
  'an account from the view of its user',
)

const credentials = z.union([text, z.strictObject({ api_key: text.optional() })]).meta({
  writeOnly: true,
  description: 'the API key as text, or as api_key of an object; no answer contains it',
})

const settings = {
  account_name: text
    .optional()
    .describe('any text of up to 80 characters: the label; the name of the account is derived from it'),
  base_url: text.nullable().optional(),
  service: text.nullable().optional().describe('for app_id http: the name below /services'),
  auth_header: text.nullable().optional().describe('for app_id http: such as Authorization: Bearer {key}'),
  groups: z.array(text).optional(),
  limits: z.array(text).optional(),
}

export const newConnection = body(
  'NewConnection',
  z.strictObject({
    app_id: text.describe('the provider, or a common name of its service: claude, chatgpt, google'),
    auth_type: authType,
    credentials: credentials.optional(),
    ...settings,
    verify: z.boolean().optional().describe('check the key with the provider first (default)'),
  }),
)

export const connectionChanges = body(
  'ConnectionChanges',
  z.strictObject({ credentials: credentials.optional(), enabled: z.boolean().optional(), ...settings }),
)

export const connectionQuery = z.strictObject({
  provider: text.optional(),
  group: text.optional(),
  status: account.shape.status.optional(),
  ...paging,
})
export const connectionList = answer('Connections', z.object({ connections: z.array(connection), next }))
export const oneConnection = answer('OneConnection', z.object({ connection }))
export const begunConnection = answer(
  'BegunConnection',
  z.object({
    connection: connection.nullable().describe('null: known after the login'),
    login: login.nullable(),
    verification: verification.nullable().describe("the provider's verdict on the key; null: not checked"),
  }),
)
