import { describe, expect, test } from 'vitest'
import { PENDING, givenLoginServer } from '../../support/servers/login-server.ts'
import { givenApi } from '../../support/servers/management-harness.ts'
import type { TestApi } from '../../support/servers/management-harness.ts'

const KEY = 'sk-of-a-user-0123456789abcdef'
const body = {
  app_id: 'custom',
  auth_type: 'api_key',
  credentials: { api_key: KEY },
  account_name: 'work',
  base_url: 'http://127.0.0.1:9/v1',
  verify: false,
}

async function connect(api: TestApi, user: string, more: object = {}) {
  const reply = await api.post(`/api/users/${user}/connections`, { ...body, ...more })
  expect(reply.status, reply.text).toBe(201)
  return reply.json.connection as { id: string; account_name: string }
}

describe('a connection', () => {
  test('is an account of its user, and its key is never told', async () => {
    const api = await givenApi()
    const reply = await api.post('/api/users/ann/connections', { ...body, limits: ['5/day'] })
    expect(reply.json).toMatchObject({
      connection: {
        app_id: 'custom',
        auth_type: 'api_key',
        account_name: 'work',
        status: 'ready',
        account: { user: 'ann', limits: [{ max: 5 }], auth: { hint: 'sk-…cdef' } },
      },
      login: null,
    })
    const { id } = reply.json.connection as { id: string }
    const shown = await api.get(`/api/users/ann/connections/${id}`)
    expect(shown.json.connection.created_at).toBe(shown.json.connection.account.createdAt)
    expect(reply.text + shown.text).not.toContain(KEY)
    const account = await api.proxy.toolkit.accounts.find(id)
    expect(await api.proxy.toolkit.accounts.readSecret(account)).toBe(KEY)
  })

  test('is changed as a whole, and removed to the archive', async () => {
    const api = await givenApi()
    const { id } = await connect(api, 'ann')
    const path = `/api/users/ann/connections/${id}`
    const changed = await api.patch(path, {
      account_name: 'home',
      enabled: false,
      credentials: { api_key: `${KEY}2` },
    })
    expect(changed.json.connection).toMatchObject({ id, account_name: 'home', status: 'disabled' })
    expect((await api.delete(path)).json.connection.id).toBe(id)
    expect((await api.get(path)).status).toBe(404)
    expect((await api.get('/api/archive?user=ann')).json.accounts).toMatchObject([{ id }])
  })

  test.each([
    ['none', 'sandbox', {}],
    ['api_key', 'custom', { credentials: { api_key: KEY }, base_url: 'http://127.0.0.1:9/v1' }],
  ])('of auth_type %s at %s is one', async (auth_type, app_id, more) => {
    const api = await givenApi()
    const reply = await api.post('/api/users/ann/connections', { app_id, auth_type, verify: false, ...more })
    expect(reply.json.connection.auth_type).toBe(auth_type)
  })

  test('named by a service and with its key as text is an account with a label', async () => {
    const api = await givenApi()
    const text = `{
      "app_id": "claude",
      "auth_type": "api_key",
      "credentials": "sk-ant-...",
      "account_name": "Pro Account 1"
    }`
    const stated = { ...(JSON.parse(text) as object), base_url: 'http://127.0.0.1:9' }
    const reply = await api.post('/api/users/ann/connections', stated)
    expect(reply.status, reply.text).toBe(201)
    expect(reply.json.connection).toMatchObject({
      app_id: 'anthropic',
      account_name: 'Pro Account 1',
      account: { user: 'ann', name: 'pro-account-1', label: 'Pro Account 1' },
    })
    expect(reply.json.verification.result).toBe('unreachable')
    const again = await api.post('/api/users/ann/connections', stated)
    expect([again.status, again.json.error.field]).toEqual([409, 'account_name'])
    const near = await api.post('/api/users/ann/connections', { ...stated, account_name: 'pro account #1' })
    expect(near.json.connection.account.name).toBe('pro-account-1-2')
    const path = `/api/users/ann/connections/${reply.json.connection.id}`
    const changed = await api.patch(path, { account_name: 'Free Account', credentials: 'sk-ant-other' })
    expect(changed.json.connection).toMatchObject({
      account_name: 'Free Account',
      account: { name: 'free-account', label: 'Free Account' },
    })
  })

  test('of auth_type device begins a login', async () => {
    const server = await givenLoginServer()
    server.begins({}, PENDING)
    const api = await givenApi()
    const reply = await api.post('/api/users/ann/connections', { app_id: 'custom', auth_type: 'device' })
    // `custom` has no login server of its own: the error says so, in the words of connections.
    expect([reply.status, reply.json.error.code]).toEqual([422, 'missing_answer'])
  })

  test.each([
    [{ auth_type: 'password' }, 'invalid_body', 'auth_type'],
    [{ credentials: { password: 'x' } }, 'invalid_body', 'credentials.password'],
    [{ credentials: {} }, 'missing_answer', 'credentials.api_key'],
    [{ credentials: undefined }, 'missing_answer', 'credentials.api_key'],
    [{ credentials: { api_key: '' } }, 'invalid_value', 'credentials.api_key'],
    [{ auth_type: 'none' }, 'invalid_body', 'credentials.api_key'],
    [{ app_id: 'nothing' }, 'unknown_provider', 'app_id'],
    [{ account_name: ' ' }, 'invalid_value', 'account_name'],
    [{ account_name: 'x'.repeat(81) }, 'invalid_value', 'account_name'],
    [{ account_name: 'a\u202eb' }, 'invalid_value', 'account_name'],
    [{ base_url: 'x' }, 'invalid_value', 'base_url'],
    [{ limits: ['x'] }, 'invalid_limit', 'limits[0]'],
    [{ user: 'bob' }, 'invalid_body', 'user'],
  ])('with %o is 422, and says where in its own words', async (change, code, field) => {
    const api = await givenApi()
    const reply = await api.post('/api/users/ann/connections', { ...body, ...change })
    expect([reply.status, reply.json.error.code, reply.json.error.field]).toEqual([422, code, field])
    expect((await api.get('/api/accounts')).json.accounts).toEqual([])
  })

  test('with several invalid fields is 422, and names each of them', async () => {
    const api = await givenApi()
    const wrong = { app_id: 'nothing', account_name: ' ', limits: ['x', 'y'], credentials: 'a b' }
    const reply = await api.post('/api/users/ann/connections', { ...body, ...wrong, verify: 'no' })
    const fields = (reply.json.error as unknown as { fields: { field: string }[] }).fields.map(
      ({ field }) => field,
    )
    expect(reply.status).toBe(422)
    expect(fields.toSorted()).toEqual(
      ['account_name', 'app_id', 'credentials.api_key', 'limits[0]', 'limits[1]', 'verify'].toSorted(),
    )
  })

  test.each(['Anthropic', 'ANTHROPIC', 'Claude', 'claude'])(
    'takes %s for the name of a service',
    async (app_id) => {
      const api = await givenApi()
      const { credentials } = body
      const reply = await api.post('/api/users/ann/connections', {
        app_id,
        auth_type: 'api_key',
        credentials,
        verify: false,
      })
      expect([reply.status, reply.json.connection?.app_id]).toEqual([201, 'anthropic'])
    },
  )

  test('of a name that its user has already is 409; another user may have it', async () => {
    const api = await givenApi()
    await connect(api, 'ann')
    const again = await api.post('/api/users/ann/connections', body)
    expect([again.status, again.json.error.field]).toEqual([409, 'account_name'])
    await connect(api, 'bob')
  })
})

describe('another user', () => {
  test('sees and touches nothing: every verb, every id and every guess is 404 and changes nothing', async () => {
    const api = await givenApi()
    const { id } = await connect(api, 'ann')
    await connect(api, 'bob', { account_name: 'own' })
    const before = (await api.get('/api/users/ann/connections')).json.connections
    expect((await api.get('/api/users/bob/connections')).json.connections).toMatchObject([
      { account_name: 'own' },
    ])
    const routes = api.management.routes.filter(({ path }) =>
      path.startsWith('/api/users/{userId}/connections/{id}'),
    )
    expect(routes.map(({ method }) => method).sort()).toEqual(['DELETE', 'GET', 'PATCH'])
    const guesses = [
      id,
      'work',
      'custom/work',
      'ann:custom/work',
      'ann:work',
      '..',
      `../../ann/connections/${id}`,
    ]
    for (const guess of guesses) {
      for (const { method, path } of routes) {
        for (const user of ['bob', 'local', 'nobody', 'Ann', 'ann%20']) {
          const url = path.replace('{userId}', user).replace('{id}', encodeURIComponent(guess))
          const reply = await api.ask(method, url, {
            ...(method === 'PATCH' ? { body: { enabled: false } } : {}),
          })
          expect(reply.status === 404 || (user === 'ann%20' && [400, 422].includes(reply.status)), url).toBe(
            true,
          )
          expect(reply.text).not.toContain(KEY.slice(-8))
        }
      }
    }
    expect((await api.get('/api/users/ann/connections')).json.connections).toEqual(before)
  })

  test('cannot be made the owner', async () => {
    const api = await givenApi()
    const { id } = await connect(api, 'ann')
    for (const change of [
      { user: 'bob' },
      { userId: 'bob' },
      { app_id: 'openai' },
      { auth_type: 'none' },
      { id: 'x' },
    ])
      expect((await api.patch(`/api/users/ann/connections/${id}`, change)).status).toBe(422)
    expect((await api.proxy.toolkit.accounts.find(id)).user).toBe('ann')
  })

  test('gets the same answer for what is not theirs as for what is not there', async () => {
    const api = await givenApi()
    const { id } = await connect(api, 'ann')
    const theirs = await api.get(`/api/users/bob/connections/${id}`)
    const nothing = await api.get('/api/users/bob/connections/acc_0000000000000000')
    expect(theirs.text).toBe(nothing.text)
  })
})
