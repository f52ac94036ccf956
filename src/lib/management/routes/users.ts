import { QwenctlError } from '../../base/errors.ts'
import { checkName } from '../../account/name.ts'
import type { ClientKeyView } from '../../contract/access/keys.ts'
import type { UserView } from '../../contract/access/users.ts'
import { newUserToken, userList, userQuery, userToken } from '../../contract/access/users.ts'
import { readExpiry } from '../../toolkit/keys/expiry.ts'
import { inField } from '../../toolkit/settings/in-field.ts'
import type { AccountQuotaView } from '../../toolkit/views.ts'
import type { ManagementParts } from '../management-parts.ts'
import { cutPage } from '../page/page.ts'
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
  return summarizeUsers(accounts, keys, only)
}

type Counted = Pick<AccountQuotaView, 'user' | 'status' | 'lastUsedAt'> & {
  today: Pick<AccountQuotaView['today'], 'requests' | 'inputTokens' | 'outputTokens'>
}

/** The users by name, from one pass over accounts and keys. `only`: this user alone; null: all. */
export function summarizeUsers(
  accounts: readonly Counted[],
  keys: readonly Pick<ClientKeyView, 'user'>[],
  only: string | null,
): UserView[] {
  const users = new Map<string, UserView>()
  const find = (id: string): UserView => {
    const view = users.get(id) ?? newUserView(id)
    users.set(id, view)
    return view
  }
  if (only !== null) find(only)
  for (const { user, status, today, lastUsedAt } of accounts) {
    const view = find(user)
    view.accounts += 1
    if (status === 'ready') view.ready += 1
    view.requests += today.requests
    view.inputTokens += today.inputTokens
    view.outputTokens += today.outputTokens
    if (lastUsedAt !== null && lastUsedAt > (view.lastUsedAt ?? '')) view.lastUsedAt = lastUsedAt
  }
  for (const { user } of keys) if (user !== null) find(user).keys += 1
  const shown = [...users.values()].filter(({ id }) => only === null || id === only)
  return shown.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function newUserView(id: string): UserView {
  const counts = { accounts: 0, ready: 0, keys: 0, requests: 0, inputTokens: 0, outputTokens: 0 }
  return { id, ...counts, lastUsedAt: null }
}
