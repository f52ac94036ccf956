import type { z } from 'zod'
import { checkLabel } from '../../../account/label.ts'
import { checkName } from '../../../account/name.ts'
import { QwenctlError, isQwenctlError } from '../../../base/errors.ts'
import { freePlace } from '../../../toolkit/accounts/account-place.ts'
import { inField } from '../../../toolkit/settings/in-field.ts'
import type { AccountSettings } from '../../../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../../../toolkit/scope/managed-toolkit.ts'
import type { AccountView } from '../../../toolkit/views.ts'
import { addAccount } from '../../add-account.ts'
import type { ManagementParts } from '../../management-parts.ts'
import type { WrongField } from '../../input/check-shape.ts'
import { route } from '../../route.ts'
import * as schemas from '../../../contract/accounts/connections.ts'
import { cutPage } from '../../page/page.ts'
import { buildFilter } from '../filter.ts'
import { knownAccount } from './known-account.ts'
import { lookUp } from '../../../base/text/look-up.ts'

const authTypes = { 'api-key': 'api_key', none: 'none', oauth: 'device' } as const

/** The same accounts by user. Accounts of other users do not exist here: not in lists, nor by id or name. */
export const connectionRoutes = [
  route({
    method: 'GET',
    path: '/api/users/{userId}/connections',
    access: 'user',
    summary: 'List the connections of a user',
    about: 'A proxy of one user has no other users: 404.',
    errors: ['not_found'],
    query: schemas.connectionQuery,
    answer: schemas.connectionList,
    run: async ({ params, query, parts: { toolkit } }) => {
      const user = readUser(params)
      const all = await toolkit.accounts.list({ ...buildFilter(query), user })
      const fitting = all.filter(({ status }) => query.status === undefined || status === query.status)
      const { items, next } = cutPage(fitting, query, ({ id }) => id)
      return { connections: items.map(buildConnection), next }
    },
  }),
  route({
    method: 'POST',
    path: '/api/users/{userId}/connections',
    access: 'user',
    summary: 'Add a connection of a user',
    about:
      'A key that the provider refuses is not stored. A key that cannot be checked is stored, and `verification` says so. With `auth_type` `device` a login begins, and the connection exists once the login is done.',
    errors: [
      'not_found',
      'name_in_use',
      'unknown_provider',
      'missing_answer',
      'credentials_refused',
      'upstream_unavailable',
    ],
    body: schemas.newConnection,
    examine: (fields, { toolkit }) => inItsNames(() => examineConnection(toolkit, fields)),
    status: 201,
    answer: schemas.begunConnection,
    run: ({ params, body, parts }) => inItsNames(() => add(parts, readUser(params), body)),
  }),
  route({
    method: 'GET',
    path: '/api/users/{userId}/connections/{id}',
    access: 'user',
    summary: 'Show a connection of a user',
    errors: ['account_not_found'],
    answer: schemas.oneConnection,
    run: async ({ params, parts: { toolkit } }) => {
      const { id } = await theirs(toolkit, params)
      return { connection: buildConnection(await toolkit.accounts.show(id)) }
    },
  }),
  route({
    method: 'PATCH',
    path: '/api/users/{userId}/connections/{id}',
    access: 'user',
    summary: 'Change a connection of a user',
    about: 'Applies all fields or none. The user, provider and login method cannot change.',
    errors: ['account_not_found', 'name_in_use'],
    body: schemas.connectionChanges,
    answer: schemas.oneConnection,
    run: async ({ params, body: { enabled, credentials, ...said }, parts: { toolkit } }) =>
      inItsNames(async () => {
        const { id, user } = await theirs(toolkit, params)
        const key = readKey(credentials)
        const changed = await toolkit.accounts.set(
          id,
          {
            ...buildSettings(said),
            ...(await renamed(toolkit, id, said.account_name)),
            ...(enabled === undefined ? {} : { enabled }),
            ...(key === undefined ? {} : { secret: key }),
          },
          { user },
        )
        return { connection: buildConnection(changed) }
      }),
  }),
  route({
    method: 'DELETE',
    path: '/api/users/{userId}/connections/{id}',
    access: 'user',
    summary: 'Remove a connection of a user',
    about: 'The account goes to the archive.',
    errors: ['account_not_found'],
    answer: schemas.oneConnection,
    run: async ({ params, parts: { toolkit } }) => {
      const { id, user } = await theirs(toolkit, params)
      return { connection: buildConnection(await toolkit.accounts.remove(id, { purge: false, user })) }
    },
  }),
]

async function add(
  { toolkit, logins }: ManagementParts,
  user: string,
  {
    app_id: provider,
    auth_type: type,
    credentials,
    verify = true,
    ...said
  }: z.output<typeof schemas.newConnection>,
) {
  const label = said.account_name
  const wanted = { provider, user, ...buildSettings(said), ...(label === undefined ? {} : { label }) }
  const secret = readKey(credentials)
  if (type !== 'api_key' && secret !== undefined) {
    throw new QwenctlError('invalid_body', `a connection of auth_type ${type} takes no key`, {
      details: { field: 'credentials.api_key' },
    })
  }
  if (type === 'device') {
    return { connection: null, login: await logins.begin({ wanted }, {}), verification: null }
  }
  if (type === 'api_key' && secret === undefined) {
    throw new QwenctlError('missing_answer', 'a connection of auth_type api_key needs its key', {
      details: { field: 'credentials.api_key' },
    })
  }
  const { account, verification } = await addAccount(
    toolkit,
    secret === undefined ? wanted : { ...wanted, secret },
    { verify, keepUnreachable: true },
  )
  return { connection: buildConnection(account), login: null, verification }
}

/** Checks the values of the given fields. */
async function examineConnection(
  toolkit: ManagedToolkit,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const given = fields as Partial<z.output<typeof schemas.newConnection>>
  const { app_id: provider = '', credentials, account_name: label } = given
  const secret = readKey(credentials)
  await toolkit.accounts.checkNew({
    provider,
    ...buildSettings(given),
    ...(label === undefined ? {} : { label }),
    ...(secret === undefined ? {} : { secret }),
  })
}

/** The key, in either form. */
function readKey(credentials: z.output<typeof schemas.newConnection>['credentials']): string | undefined {
  return typeof credentials === 'string' ? credentials : credentials?.api_key
}

/** A new label, and the name derived from it. */
async function renamed(
  toolkit: ManagedToolkit,
  id: string,
  label: string | undefined,
): Promise<{ label?: string; name?: string }> {
  if (label === undefined) return {}
  const accounts = await toolkit.accounts.records()
  const account = accounts.find((one) => one.id === id)
  const others = accounts.filter((one) => one.id !== id)
  const wanted = inField('account_name', () => checkLabel(label))
  if (account === undefined || account.label === wanted) return { label: wanted }
  return { label: wanted, name: freePlace(others, { ...account, name: null, label: wanted }) }
}

function buildSettings({
  base_url: baseUrl,
  service,
  auth_header: authHeader,
  groups,
  limits,
}: Pick<
  z.output<typeof schemas.connectionChanges>,
  'base_url' | 'service' | 'auth_header' | 'groups' | 'limits'
>): AccountSettings {
  return {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(service === undefined ? {} : { service }),
    ...(authHeader === undefined ? {} : { authHeader }),
    ...(groups === undefined ? {} : { groups }),
    ...(limits === undefined ? {} : { limits }),
  }
}

function buildConnection(account: AccountView) {
  return {
    id: account.id,
    app_id: account.provider,
    auth_type: authTypes[account.auth.type],
    account_name: account.label ?? account.name,
    status: account.status,
    created_at: account.createdAt,
    account,
  }
}

function theirs(toolkit: ManagedToolkit, params: { userId: string; id: string }) {
  return knownAccount(toolkit, params.id, readUser(params))
}

function readUser({ userId }: { userId: string }): string {
  return inField('userId', () => checkName('user', userId))
}

/** Account fields by their names in connections. */
const itsNames: Readonly<Record<string, string>> = {
  provider: 'app_id',
  name: 'account_name',
  label: 'account_name',
  key: 'credentials.api_key',
  baseUrl: 'base_url',
  authHeader: 'auth_header',
}

async function inItsNames<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    const { field, fields } = error.details
    if (typeof field === 'string') error.details['field'] = lookUp(itsNames, field) ?? field
    if (Array.isArray(fields))
      error.details['fields'] = (fields as WrongField[]).map((one) => ({
        ...one,
        field: lookUp(itsNames, one.field) ?? one.field,
      }))
    throw error
  }
}
