import { QwenctlError } from '../../base/errors.ts'
import { checkName } from '../../account/name.ts'
import type { UserView } from '../../contract/users.ts'
import { newUserToken, userList, userQuery, userToken } from '../../contract/users.ts'
import { readExpiry } from '../../toolkit/keys/expiry.ts'
import { inField } from '../../toolkit/settings/in-field.ts'
import type { ManagementParts } from '../management-parts.ts'
import { cutPage } from '../page.ts'
import { route } from '../route.ts'

const MOST_DAYS = 366
const DAY_MS = 86_400_000

/** The users of this home, and tokens for their own part. */
export const userRoutes = [
  route({
    method: 'GET',
    path: '/api/users',
    summary: 'List the users with accounts or client keys, by name',
    about: 'A proxy of one user lists that user alone.',
    query: userQuery,
    answer: userList,
    run: async ({ query, parts }) => {
      const { items, next } = cutPage(await listUsers(parts), query, ({ id }) => id)
      return { users: items, next }
    },
  }),
  route({
    method: 'POST',
    path: '/api/users/{userId}/tokens',
    summary: 'Create a token for the part of one user',
    about:
      'The token opens the connections, the accounts and the usage of this user, and the page with them. It opens no client keys, jobs, batches, settings or other users. `DELETE /api/session` with the token ends it; a new admin token ends all.',
    errors: ['not_found'],
    body: newUserToken,
    status: 201,
    answer: userToken,
    run: async ({ params, body: { expires = '30d' }, parts }) => {
      const user = inField('userId', () => checkName('user', params.userId))
      const expiresAt = inField('expires', () => readEnd(expires, parts.clock()))
      const { token } = await parts.toolkit.admin.userToken(user, Date.parse(expiresAt))
      return { user, token, expiresAt }
    },
  }),
]

function readEnd(expires: string, now: number): string {
  const at = readExpiry(expires, now)
  if (Date.parse(at) - now <= MOST_DAYS * DAY_MS) return at
  throw new QwenctlError('invalid_value', 'a user token lasts a year at most', { hint: 'write 365d or less' })
}

async function listUsers({ toolkit, user: only }: ManagementParts): Promise<UserView[]> {
  const [{ accounts }, keys] = await Promise.all([toolkit.quotas.show([]), toolkit.keys.list()])
  const owners = [...accounts.map(({ user }) => user), ...keys.flatMap(({ user }) => user ?? [])]
  const names = new Set(only === null ? owners : [only])
  return [...names].sort().map((id) => {
    const own = accounts.filter(({ user }) => user === id)
    const sum = (field: 'requests' | 'inputTokens' | 'outputTokens') =>
      own.reduce((total, { today }) => total + today[field], 0)
    const used = own.flatMap(({ lastUsedAt }) => lastUsedAt ?? []).sort()
    return {
      id,
      accounts: own.length,
      ready: own.filter(({ status }) => status === 'ready').length,
      keys: keys.filter(({ user }) => user === id).length,
      requests: sum('requests'),
      inputTokens: sum('inputTokens'),
      outputTokens: sum('outputTokens'),
      lastUsedAt: used.at(-1) ?? null,
    }
  })
}
