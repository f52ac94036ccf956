import type { z } from 'zod'
import { QwenctlError } from '../../base/errors.ts'
import type { LoginOverrides } from '../../toolkit/login/pending-login.ts'
import type { LoginFor } from '../logins/pending-logins.ts'
import type { ManagementParts } from '../management-parts.ts'
import { route } from '../route.ts'
import { login, loginRequest, newLogin } from '../../contract/accounts/logins.ts'
import { knownAccount } from './accounts/known-account.ts'

const LOGIN_ERRORS = [
  'not_found',
  'account_not_found',
  'name_in_use',
  'missing_answer',
  'credentials_refused',
  'upstream_unavailable',
] as const

type Wanted = Omit<z.output<typeof newLogin>, keyof LoginOverrides>

/**
 * Logins with a code: they begin here, a person confirms them at the provider, and the client polls until they end.
 */
export const loginRoutes = [
  route({
    method: 'POST',
    path: '/api/logins',
    access: 'user',
    summary: 'Begin a login with a code',
    about: 'A person types the code at the address, or scans it; meanwhile the client polls the login.',
    errors: LOGIN_ERRORS,
    body: loginRequest,
    status: 201,
    answer: login,
    run: ({ body: { provider, ...wanted }, parts }) => begin(parts, provider, wanted),
  }),
  ...makeLoginRoutes('/api/logins/{id}'),
  route({
    method: 'POST',
    path: '/api/login/{id}',
    access: 'user',
    summary: 'Begin a login at a provider',
    about: '`id` is the provider. The same as `POST /api/logins` with the provider in the body.',
    errors: LOGIN_ERRORS,
    body: newLogin,
    status: 201,
    answer: login,
    run: ({ params, body, parts }) => begin(parts, params.id, body),
  }),
  ...makeLoginRoutes('/api/login/{id}'),
]

/** The routes of a login that has begun. */
function makeLoginRoutes(path: '/api/logins/{id}' | '/api/login/{id}') {
  return [
    route({
      method: 'GET',
      path,
      access: 'user',
      summary: 'Show the state of a login',
      errors: ['not_found'],
      answer: login,
      run: async ({ params, parts }) => parts.logins.show(params.id),
    }),
    route({
      method: 'DELETE',
      path,
      access: 'user',
      summary: 'Stop a login',
      errors: ['not_found'],
      answer: login,
      run: async ({ params, parts }) => parts.logins.cancel(params.id),
    }),
  ]
}

async function begin(parts: ManagementParts, provider: string, body: z.output<typeof newLogin>) {
  const { issuer, deviceEndpoint, tokenEndpoint, clientId, scope, ...wanted } = body
  const said = { issuer, deviceEndpoint, tokenEndpoint, clientId, scope }
  const overrides = Object.entries(said).filter(([, value]) => value !== undefined)
  const what = await loginFor(parts, provider, wanted)
  return parts.logins.begin(what, Object.fromEntries(overrides))
}

async function loginFor(
  { toolkit }: ManagementParts,
  provider: string,
  { account: id, ...wanted }: Wanted,
): Promise<LoginFor> {
  if (!(await toolkit.providers()).has(provider)) {
    throw new QwenctlError('not_found', 'there is no provider with this id', {
      hint: 'GET /api/providers lists them',
    })
  }
  if (id === undefined) return { wanted: { ...wanted, provider } }
  const account = await knownAccount(toolkit, id)
  if (account.provider === provider && account.credential.type !== 'api-key') return { account }
  const words = account.provider === provider ? 'has an API key, not a login' : `is not at ${provider}`
  throw new QwenctlError('invalid_value', `the account ${words}`, { details: { field: 'account' } })
}
