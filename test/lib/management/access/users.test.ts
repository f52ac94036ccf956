import { expect, test } from 'vitest'
import { summarizeUsers } from '../../../../src/lib/management/routes/users.ts'
import { respell } from '../../../support/respell.ts'
import { added, givenApi } from '../../../support/servers/management-harness.ts'

async function given() {
  let now = Date.parse('2026-11-22T12:00:00Z')
  const api = await givenApi({ clock: () => now })
  const hers = await added(api, { user: 'alice', name: 'hers' })
  const his = await added(api, { user: 'bob', name: 'his' })
  await api.proxy.toolkit.keys.create({ name: 'her-key', user: 'alice' })
  const made = await api.post('/api/users/alice/tokens', { expires: '2h' })
  expect(made.status).toBe(201)
  const pass = (ms: number) => {
    now += ms
  }
  return { api, hers, his, token: made.json.token, made, pass }
}

test('users are listed with their counts, in pages', async () => {
  const { api } = await given()
  const { json } = await api.get('/api/users')
  expect(json['users']).toMatchObject([
    { id: 'alice', accounts: 1, ready: 1, keys: 1, requests: 0, lastUsedAt: null },
    { id: 'bob', accounts: 1, keys: 0 },
  ])
  const first = await api.get('/api/users?limit=1')
  expect(first.json['next']).toBe('alice')
  expect((await api.get('/api/users?limit=1&after=alice')).json).toMatchObject({
    users: [{ id: 'bob' }],
    next: null,
  })
})

test('a proxy of one user lists that user alone, and makes no token for another', async () => {
  const api = await givenApi({ management: { user: 'alice' } })
  await api.proxy.toolkit.accounts.add({
    provider: 'custom',
    user: 'bob',
    baseUrl: 'http://127.0.0.1:9/v1',
    secret: 'sk-0123456789abcdef',
  })
  expect((await api.get('/api/users')).json['users']).toMatchObject([{ id: 'alice', accounts: 0 }])
  expect((await api.post('/api/users/bob/tokens', {})).status).toBe(404)
  const bobs = (await api.proxy.toolkit.admin.userToken('bob')).token
  expect((await api.get('/api/accounts', { token: bobs })).status).toBe(403)
})

test('the token of a user opens the connections and the usage of that user', async () => {
  const { api, hers, his, token, made } = await given()
  expect(made.json).toEqual({ user: 'alice', token, expiresAt: '2026-11-22T14:00:00.000Z' })
  const get = async (path: string) => (await api.get(path, { token })).json
  expect((await get('/api/users/alice/connections'))['connections']).toMatchObject([{ id: hers.id }])
  expect((await get('/api/accounts')).accounts.map(({ id }) => id)).toEqual([hers.id])
  expect((await get('/api/quota'))['totals']).toMatchObject({ accounts: 1 })
  expect((await get('/api/history?by=user'))['rows']).toEqual([])
  expect(await get('/api/session')).toMatchObject({ kind: 'user', user: 'alice' })
  expect(await get('/api')).toMatchObject({ user: 'alice' })
  const status = async (path: string) => (await api.get(path, { token })).status
  expect(await status(`/api/accounts/${his.id}`)).toBe(404)
  expect(await status('/api/users/bob/connections')).toBe(404)
  expect(await status(`/api/users/alice/connections/${his.id}`)).toBe(404)
  const off = await api.post(`/api/accounts/${hers.id}/disable`, undefined, { token })
  expect(off.json.account.enabled).toBe(false)
})

test('the token of a user opens nothing else', async () => {
  const { api, token } = await given()
  const refused = api.management.routes.filter(({ access }) => access === 'admin')
  expect(refused.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '/api/keys',
      '/api/jobs',
      '/api/settings',
      '/api/users',
      '/api/batches',
      '/api/proxy',
    ]),
  )
  for (const { method, path } of refused) {
    const asked = path.replace('{userId}', 'alice').replaceAll(/\{\w+\}/g, 'x')
    const { status, json } = await api.ask(method, asked, {
      token,
      ...(method === 'GET' ? {} : { body: {} }),
    })
    expect([status, json.error.code], `${method} ${path}`).toEqual([403, 'forbidden'])
  }
})

test('a token ends at its time, by its own sign-out, and with a changed letter', async () => {
  const { api, token, pass } = await given()
  const status = async (shown: string) => (await api.get('/api/accounts', { token: shown })).status
  const other = (await api.proxy.toolkit.admin.userToken('alice')).token
  for (const at of [3, 20, 50, token.length - 2]) {
    const letter = token[at] === 'A' ? 'B' : 'A'
    expect(await status(token.slice(0, at) + letter + token.slice(at + 1)), String(at)).toBe(401)
  }
  expect(await status(token)).toBe(200)
  pass(2 * 3_600_000)
  expect(await status(token)).toBe(401)
  expect(await status(other)).toBe(200)
  expect((await api.ask('DELETE', '/api/session', { token: other })).status).toBe(200)
  expect(await status(other)).toBe(401)
})

test('a session of a user opens the same, and ends with its token at the latest', async () => {
  const { api, token, pass } = await given()
  const begun = await api.post('/api/session', { token }, { token: null })
  expect(begun.json.expiresAt).toBe('2026-11-22T14:00:00.000Z')
  expect((await api.get('/api/settings', { token: begun.json.token })).status).toBe(403)
  expect((await api.get('/api/accounts', { token: begun.json.token })).json.accounts).toHaveLength(1)
  pass(3 * 3_600_000)
  expect((await api.get('/api/accounts', { token: begun.json.token })).status).toBe(401)
})

test('a session of a user ends with its token, and begins no other', async () => {
  const { api, token } = await given()
  const status = async (shown: string) => (await api.get('/api/accounts', { token: shown })).status
  const begin = (shown: string) => api.post('/api/session', { token: shown }, { token: null })
  const [first, second] = [(await begin(token)).json.token, (await begin(token)).json.token]
  expect((await begin(first)).status).toBe(401)
  expect((await api.ask('DELETE', '/api/session', { token: first })).status).toBe(200)
  expect([await status(first), await status(second), await status(token)]).toEqual([401, 200, 200])
  expect((await api.ask('DELETE', '/api/session', { token })).status).toBe(200)
  expect([await status(second), await status(token)]).toEqual([401, 401])
})

test.each(['a', 'abcd'])(
  'a token of the user "%s" opens its part, and in another spelling nothing',
  async (user) => {
    const { api } = await given()
    const { token } = await api.proxy.toolkit.admin.userToken(user)
    const status = async (shown: string) => (await api.get('/api/accounts', { token: shown })).status
    expect([await status(token), await status(respell(token))]).toEqual([200, 401])
    const session = (await api.post('/api/session', { token }, { token: null })).json.token
    expect([await status(session), await status(respell(session))]).toEqual([200, 401])
  },
)

test('an ended session opens nothing, in other processes of the home neither', async () => {
  const { api } = await given()
  const { token } = (await api.post('/api/session', { token: api.token }, { token: null })).json
  const other = await givenApi({ home: api.proxy.home, clock: () => Date.parse('2026-11-22T12:00:00Z') })
  expect((await other.get('/api', { token })).status).toBe(200)
  expect((await api.ask('DELETE', '/api/session', { token })).status).toBe(200)
  expect((await api.get('/api', { token })).status).toBe(401)
  expect((await other.get('/api', { token })).status).toBe(401)
  // The admin token does not end.
  expect((await api.delete('/api/session')).status).toBe(200)
  expect((await api.get('/api')).status).toBe(200)
})

test.each([
  ['soon', 'expires'],
  ['2020-01-01', 'expires'],
  ['400d', 'expires'],
])('a token that ends "%s" is refused', async (expires, field) => {
  const api = await givenApi()
  const { status, json } = await api.post('/api/users/alice/tokens', { expires })
  expect([status, json.error.field]).toEqual([422, field])
})

test('users are summarized in one pass over the accounts', () => {
  const COUNT = 500
  let reads = 0
  const today = { requests: 2, inputTokens: 3, outputTokens: 5 }
  const accounts = Array.from({ length: COUNT }, (_, index) => ({
    get user() {
      reads += 1
      return `u${String(index % 250).padStart(3, '0')}`
    },
    status: index < 250 ? ('ready' as const) : ('disabled' as const),
    today,
    lastUsedAt: index < 250 ? '2026-11-22T10:00:00.000Z' : '2026-11-22T11:00:00.000Z',
  }))
  const users = summarizeUsers(accounts, [{ user: 'u000' }, { user: 'z' }, { user: null }], null)
  expect(users).toHaveLength(251)
  expect(users[0]).toEqual({
    id: 'u000',
    accounts: 2,
    ready: 1,
    keys: 1,
    requests: 4,
    inputTokens: 6,
    outputTokens: 10,
    lastUsedAt: '2026-11-22T11:00:00.000Z',
  })
  expect(users.at(-1)).toMatchObject({ id: 'z', accounts: 0, keys: 1, lastUsedAt: null })
  expect(reads).toBe(COUNT)
  expect(summarizeUsers(accounts, [], 'nobody-yet')).toMatchObject([{ id: 'nobody-yet', accounts: 0 }])
})
