import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Management } from '../../../../src/lib/management/management.ts'
import type { Route } from '../../../../src/lib/management/route.ts'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { givenApi } from '../../../support/servers/management-harness.ts'
import { respell } from '../../../support/respell.ts'

const routes: readonly Route[] = new Management({
  toolkit: openToolkit({ env: { QWENCTL_HOME: '/nonexistent' } }),
  proxy: () => ({ url: '', pid: 0, startedAt: '', strategy: '', workers: 1, inFlight: 0 }),
  user: null,
  onTrouble: () => undefined,
}).routes

/** A route presents at most four wrong tokens. */
const ROUTES_OF_A_PROXY = 4
const named = routes.map((route) => [`${route.method} ${route.path}`, route] as const)
const closed = named.filter(([, { access }]) => access !== 'open')
const fillPath = ({ path }: Route) => path.replaceAll(/\{\w+\}/g, 'x')

test('only the description and the begin of a session are open to every caller', () => {
  expect(named.filter(([, { access }]) => access === 'open').map(([name]) => name)).toEqual([
    'POST /api/session',
    'GET /api/openapi.json',
  ])
})

describe('without what opens it', () => {
  test('every other route answers 401 to nothing, to a wrong token and to a ticket, and 403 to a client key', async () => {
    const api = await givenApi()
    const ticket = (await api.proxy.toolkit.admin.ticket()).token
    const { secret } = await api.proxy.toolkit.keys.create({ name: 'k' })
    const wrong = `qa_${'x'.repeat(43)}`
    // Wrong tokens count by proxy and address, and from the twentieth on the answer is 429: a proxy answers for few routes.
    const statuses = new Map<string, unknown>()
    let fresh = api
    for (const [index, [name, route]] of closed.entries()) {
      if (index % ROUTES_OF_A_PROXY === 0) fresh = await givenApi({ home: api.proxy.home })
      const ask = async (token: string | null) => {
        const { status, json } = await fresh.ask(route.method, fillPath(route), { token, body: {} })
        return `${status} ${json.error.code}`
      }
      statuses.set(name, [await ask(null), await ask(wrong), await ask(ticket), await ask(secret)])
    }
    for (const [name, said] of statuses)
      expect(said, name).toEqual([
        '401 invalid_token',
        '401 invalid_token',
        '401 invalid_token',
        '403 forbidden',
      ])
    expect(statuses.size).toBe(closed.length)
  })

  test('a stranger is not told whether a path is there', async () => {
    const api = await givenApi()
    for (const path of ['/api/nothing', '/api/accounts/x/y/z']) {
      expect((await api.get(path, { token: null })).status).toBe(401)
      expect((await api.get(path)).status).toBe(404)
    }
  })

  test('after twenty wrong tokens of one address it answers 429 with retry-after, and still lets in the right one', async () => {
    const api = await givenApi()
    const statuses: number[] = []
    for (let count = 0; count < 21; count += 1)
      statuses.push((await api.get('/api', { token: 'qa_wrong' })).status)
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429])
    const late = await api.get('/api', { token: 'qa_wrong' })
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
    expect((await api.get('/api')).status).toBe(200)
  })
})

describe('sessions', () => {
  test('the admin token begins one, which opens everything for half a day and no longer', async () => {
    let now = Date.parse('2026-11-22T12:00:00Z')
    const api = await givenApi({ clock: () => now })
    const begun = await api.post('/api/session', { token: api.token }, { token: null })
    expect(begun.status).toBe(201)
    expect(begun.json.expiresAt).toBe('2026-11-23T00:00:00.000Z')
    const { token } = begun.json
    expect(token).toMatch(/^qs_[0-9a-z]+\.[\w-]{43}$/)
    const state = await api.get('/api/session', { token })
    expect(state.json).toEqual({ kind: 'session', user: null, expiresAt: '2026-11-23T00:00:00.000Z' })
    now = Date.parse('2026-11-23T00:00:00Z')
    expect((await api.get('/api/accounts', { token })).status).toBe(401)
  })

  test('a ticket begins one, once and within two minutes, and opens nothing itself', async () => {
    let now = Date.parse('2026-11-22T12:00:00Z')
    const api = await givenApi({ clock: () => now })
    const { admin } = api.proxy.toolkit
    const begin = async (ticket: string) =>
      (await api.post('/api/session', { ticket }, { token: null })).status
    const first = (await admin.ticket()).token
    expect(await begin(first)).toBe(201)
    expect(await begin(first)).toBe(401)
    now += 1000
    const second = (await admin.ticket()).token
    now += 120_000
    expect(await begin(second)).toBe(401)
  })

  test('a used ticket and an ended session work no more in another spelling of the same bytes', async () => {
    const api = await givenApi()
    const { admin } = api.proxy.toolkit
    const begin = (ticket: string) => api.post('/api/session', { ticket }, { token: null })
    const ticket = (await admin.ticket()).token
    const { token } = (await begin(ticket)).json
    expect((await begin(respell(ticket))).status).toBe(401)
    expect((await api.ask('DELETE', '/api/session', { token })).status).toBe(200)
    expect((await api.get('/api', { token: respell(token) })).status).toBe(401)
  })

  test.each([
    ['a session as a ticket', { ticket: 'session' }],
    ['a session as a token', { token: 'session' }],
    ['a ticket as a token', { token: 'ticket' }],
    ['the admin token as a ticket', { ticket: 'admin' }],
  ])('%s begins none', async (_, body) => {
    const api = await givenApi()
    const { admin } = api.proxy.toolkit
    const texts: Record<string, string> = {
      session: (await admin.session()).token,
      ticket: (await admin.ticket()).token,
      admin: api.token,
    }
    const [[field = '', kind = ''] = []] = Object.entries(body)
    expect((await api.post('/api/session', { [field]: texts[kind] }, { token: null })).status).toBe(401)
  })

  test('one with a changed end is refused', async () => {
    const api = await givenApi()
    const { token } = await api.proxy.toolkit.admin.session()
    const [, seal = ''] = token.split('.')
    const later = `qs_${(Date.now() + 9e10).toString(36)}.${seal}`
    expect((await api.get('/api', { token: later })).status).toBe(401)
  })

  test('a new admin token ends them all', async () => {
    const api = await givenApi()
    const { token } = await api.proxy.toolkit.admin.session()
    expect((await api.get('/api', { token })).status).toBe(200)
    rmSync(join(api.proxy.home, 'admin-token'))
    expect((await api.get('/api', { token })).status).toBe(401)
    const renewed = await api.proxy.toolkit.admin.token()
    expect((await api.get('/api', { token: renewed })).status).toBe(200)
  })
})

test('the admin token is kept 0600, and the same for all that ask for it at once', async () => {
  const api = await givenApi()
  const file = join(api.proxy.home, 'admin-token')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  rmSync(file)
  const many = Array.from({ length: 8 }, () => openToolkit({ env: { QWENCTL_HOME: api.proxy.home } }))
  const tokens = await Promise.all(many.map((toolkit) => toolkit.admin.token()))
  expect(new Set(tokens).size).toBe(1)
})

test('a foreign Host or Origin is refused before any token is looked at', async () => {
  const api = await givenApi()
  for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }] as Record<
    string,
    string
  >[]) {
    const reply = await api.proxy.get('/api/accounts', { authorization: `Bearer ${api.token}`, ...headers })
    expect(reply.json.error.code).toBe('forbidden_host')
  }
})

test('every answer forbids to be kept, guessed at and framed', async () => {
  const api = await givenApi()
  for (const reply of [
    await api.get('/api'),
    await api.get('/api', { token: null }),
    await api.get('/api/none'),
  ]) {
    expect(reply.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
    expect(reply.headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('answers carry the headers of every answer of the proxy, and 405 names HEAD beside GET', async () => {
  const api = await givenApi()
  const { headers } = await api.get('/api')
  expect(headers).toMatchObject({ 'x-qwenctl-account': '-', 'x-qwenctl-attempts': '0' })
  expect(headers['x-request-id']).toMatch(/^req-/)
  const reply = await api.delete('/api/accounts')
  expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD, POST'])
})

test('a Gemini client without a key gets an error in its own form', async () => {
  const api = await givenApi()
  await api.proxy.toolkit.keys.create({ name: 'k' })
  await expect
    .poll(async () => (await api.proxy.get('/v1beta/models')).json.error)
    .toMatchObject({ code: 401, status: 'UNAUTHENTICATED' })
})
