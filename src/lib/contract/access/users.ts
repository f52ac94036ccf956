import { z } from 'zod'
import { answer, body, count, text, time } from '../components.ts'
import { next, paging } from '../paging.ts'

const user = answer(
  'User',
  z.object({
    id: text.describe('the name, as in accounts and paths'),
    accounts: count,
    ready: count.describe('accounts that can serve now'),
    keys: count.describe('client keys'),
    requests: count.describe('since midnight UTC, like the tokens'),
    inputTokens: count,
    outputTokens: count,
    lastUsedAt: time.nullable(),
  }),
  'an owner of accounts or client keys',
)

export const userQuery = z.strictObject(paging)
export const userList = answer('Users', z.object({ users: z.array(user), next }))

export const newUserToken = body(
  'NewUserToken',
  z.strictObject({
    expires: text.optional().describe('30d, 12h, a date or a time, at most a year; missing: 30d'),
  }),
)
export const userToken = answer(
  'UserToken',
  z.object({ user: text, token: text.describe('the token itself, returned only once'), expiresAt: time }),
)

export type UserView = z.output<typeof user>
