// The headers If-Match and Idempotency-Key, pages of lists, and the fields of a refused body.

import { expect, test } from 'vitest'
import { HeldRequest, givenUpstream, json as jsonAnswer } from '../../support/servers/fake-upstream.ts'
import { added, givenApi } from '../../support/servers/management-harness.ts'
import type { TestApi } from '../../support/servers/management-harness.ts'

const patch = (api: TestApi, path: string, body: object, tag: string) =>
  api.ask('PATCH', path, { body, headers: { 'if-match': tag } })

test('a change with If-Match applies to the version that was read, and to no other', async () => {
  const api = await givenApi()
  const { id } = await added(api, { name: 'a' })
  const path = `/api/accounts/${id}`
  const tag = String((await api.get(path)).headers['etag'])
  expect(tag).toMatch(/^"[\w-]{22}"$/)
  expect((await api.get(path)).headers['etag']).toBe(tag)
  const first = await patch(api, path, { label: 'one' }, tag)
  expect(first.status).toBe(200)
  expect(first.headers['etag']).not.toBe(tag)
  const second = await patch(api, path, { label: 'two' }, tag)
  expect([second.status, second.json.error.code]).toEqual([412, 'precondition_failed'])
  expect((await api.get(path)).json.account.label).toBe('one')
  expect((await patch(api, path, { label: 'three' }, `"x", ${String(first.headers['etag'])}`)).status).toBe(
    200,
  )
  expect((await patch(api, path, { label: 'four' }, '*')).status).toBe(200)
  expect((await api.ask('DELETE', path, { headers: { 'if-match': tag } })).status).toBe(412)
  expect((await api.post(`${path}/disable`, undefined, { headers: { 'if-match': tag } })).status).toBe(412)
  expect((await api.get(path)).json.account).toMatchObject({ label: 'four', enabled: true })
})

test('of two changes at once from one version, one applies', async () => {
  const api = await givenApi()
  const { id } = await added(api, { name: 'a' })
  const path = `/api/accounts/${id}`
  const tag = String((await api.get(path)).headers['etag'])
  const replies = await Promise.all(['x', 'y', 'z'].map((label) => patch(api, path, { label }, tag)))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412])
})

test('requests and cooldowns do not change the version', async () => {
  const api = await givenApi()
  const { id } = await added(api, { name: 'a', limits: ['5/day'] })
  const path = `/api/accounts/${id}`
  const tag = (await api.get(path)).headers['etag']
  const ledger = await api.proxy.toolkit.ledger()
  await ledger.record([{ type: 'cool', subject: id, until: null, reason: 'quota-hard', evidence: 'x' }])
  expect((await api.get(path)).headers['etag']).toBe(tag)
})

test('keys, jobs, connections and settings have versions too', async () => {
  const api = await givenApi()
  const { id } = await added(api, { name: 'a' })
  await api.post('/api/keys', { name: 'k' })
  await api.post('/api/jobs', { name: 'j', every: '2h', all: true, verify: true })
  for (const [path, body] of [
    ['/api/keys/k', { models: ['m*'] }],
    ['/api/jobs/j', { every: '3h' }],
    [`/api/users/local/connections/${id}`, { enabled: false }],
    ['/api/settings', { 'proxy.strategy': 'round-robin' }],
  ] as const) {
    const tag = String((await api.get(path)).headers['etag'])
    expect(tag, path).toMatch(/^"[\w-]{22}"$/)
    expect((await patch(api, path, body, '"other"')).status, path).toBe(412)
    expect((await patch(api, path, body, tag)).status, path).toBe(200)
    expect((await api.get(path)).headers['etag'], path).not.toBe(tag)
  }
})

test('a repeated POST with one Idempotency-Key acts once', async () => {
  const api = await givenApi()
  const create = (key: string, name = 'k') =>
    api.post('/api/keys', { name }, { headers: { 'idempotency-key': key } })
  const [first, twin] = await Promise.all([create('one'), create('one')])
  expect([first.status, twin.status]).toEqual([201, 201])
  expect(twin.json).toEqual(first.json)
  const again = await create('one')
  expect(again.json.secret).toBe(first.json.secret)
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect((await api.get('/api/keys')).json['keys']).toHaveLength(1)
  const other = await create('one', 'other')
  expect([other.status, other.json.error.field]).toEqual([422, 'Idempotency-Key'])
  expect((await create('two')).status).toBe(409)
})

test('a failed request may be repeated with its Idempotency-Key, and users do not share keys', async () => {
  const api = await givenApi()
  const add = (token: string, name: string) =>
    api.post(
      '/api/accounts',
      {
        provider: 'custom',
        name,
        baseUrl: 'http://127.0.0.1:9/v1',
        key: 'sk-0123456789abcdef',
        verify: false,
      },
      { token, headers: { 'idempotency-key': 'same' } },
    )
  const taken = await added(api, { name: 'a' })
  expect((await add(api.token, 'a')).status).toBe(409)
  await api.delete(`/api/accounts/${taken.id}`)
  expect((await add(api.token, 'a')).status).toBe(201)
  const { token } = await api.proxy.toolkit.admin.userToken('alice')
  const hers = await add(token, 'b')
  expect([hers.status, hers.json.account.user]).toEqual([201, 'alice'])
})

test('a refused body names every wrong field', async () => {
  const api = await givenApi()
  const { status, json } = await api.post('/api/accounts', { name: 7, limits: ['2/day', 3], colour: 'red' })
  expect(status).toBe(422)
  const fields = (json.error as unknown as { fields: { field: string }[] }).fields
  expect(fields.map(({ field }) => field).sort()).toEqual(['colour', 'limits[1]', 'name', 'provider'])
})

test('lists page with after and limit, and filter by status', async () => {
  const api = await givenApi()
  for (const name of ['a', 'b', 'c']) await added(api, { name })
  const walk = async (path: string, list: string) => {
    const names: string[] = []
    let after = ''
    for (;;) {
      const { json } = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=2&after=${after}`)
      names.push(
        ...(json[list] as { name?: string; account_name?: string }[]).map(
          (one) => one.name ?? one.account_name ?? '',
        ),
      )
      if (json['next'] === null) return names
      after = String(json['next'])
    }
  }
  expect(await walk('/api/accounts', 'accounts')).toEqual(['a', 'b', 'c'])
  expect(await walk('/api/users/local/connections', 'connections')).toEqual(['a', 'b', 'c'])
  for (const name of ['x', 'y', 'z']) await api.post('/api/keys', { name })
  expect(await walk('/api/keys?status=active', 'keys')).toEqual(['x', 'y', 'z'])
  const [{ id } = { id: '' }] = (await api.get('/api/accounts')).json.accounts
  await api.post(`/api/accounts/${id}/disable`)
  expect(await walk('/api/accounts?status=disabled', 'accounts')).toEqual(['a'])
  expect(await walk('/api/users/local/connections?status=ready', 'connections')).toEqual(['b', 'c'])
  const { status, json } = await api.get('/api/accounts?after=acc_gone')
  expect([status, json.error.field]).toEqual([400, 'after'])
})

test('history takes a range of times or days', async () => {
  const api = await givenApi({ clock: () => Date.parse('2026-11-22T12:00:00Z') })
  const of = async (query: string) => (await api.get(`/api/history${query}`)).json
  expect(await of('?from=2026-11-01&to=2026-11-03')).toMatchObject({
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-04T00:00:00.000Z',
  })
  expect(await of('?from=2026-11-22T10:30:00Z')).toMatchObject({
    from: '2026-11-22T10:00:00.000Z',
    to: '2026-11-22T12:00:00.000Z',
  })
  for (const query of ['?from=2026-11-03&to=2026-11-01', '?from=2026-11-01&days=2', '?from=x'])
    expect((await api.get(`/api/history${query}`)).status, query).toBe(400)
})

test('where there is no version, a change with If-Match is refused, and nothing changes', async () => {
  const api = await givenApi()
  const { id } = await added(api, { name: 'a' })
  const path = `/api/accounts/${id}`
  const tag = String((await api.get(path)).headers['etag'])
  const headers = { 'if-match': tag }
  const cooldowns = (wanted: string) =>
    api.ask('DELETE', `${path}/cooldowns`, { headers: { 'if-match': wanted } })
  expect([(await cooldowns('"other"')).status, (await cooldowns(tag)).status]).toEqual([412, 200])
  await api.delete(path)
  for (const [method, place] of [
    ['POST', `/api/archive/${id}/restore`],
    ['DELETE', `/api/archive/${id}`],
  ] as const) {
    const { status, json } = await api.ask(method, place, { headers })
    expect([status, json.error.code], place).toEqual([412, 'precondition_failed'])
  }
  expect((await api.get('/api/archive')).json.accounts).toMatchObject([{ id }])
})

test('the OpenAPI document offers If-Match where a version exists, and nowhere else', async () => {
  const api = await givenApi()
  const { json } = await api.get('/api/openapi.json', { token: null })
  const offers = (path: string, method: string) =>
    ((json['paths'][path][method].parameters ?? []) as { name: string }[]).some(
      ({ name }) => name === 'If-Match',
    )
  expect(offers('/api/accounts/{id}', 'patch')).toBe(true)
  expect(offers('/api/accounts/{id}/cooldowns', 'delete')).toBe(true)
  expect(offers('/api/settings', 'patch')).toBe(true)
  expect(offers('/api/archive/{id}', 'delete')).toBe(false)
  expect(offers('/api/archive/{id}/restore', 'post')).toBe(false)
  expect(offers('/api/accounts', 'post')).toBe(false)
})

test('a conditional change that waits for a provider holds up no change of another account', async () => {
  const upstream = await givenUpstream()
  const api = await givenApi()
  const held = new HeldRequest()
  upstream.next(held.answer)
  const slow = await added(api, { name: 'slow', baseUrl: upstream.baseUrl })
  const other = await added(api, { name: 'other' })
  const fetchTag = async (id: string) => String((await api.get(`/api/accounts/${id}`)).headers['etag'])
  const verifying = api.post(`/api/accounts/${slow.id}/verify`, undefined, {
    headers: { 'if-match': await fetchTag(slow.id) },
  })
  let isVerified = false
  void verifying.then(() => (isVerified = true))
  await upstream.arrivals(1)
  const changed = await patch(api, `/api/accounts/${other.id}`, { label: 'x' }, await fetchTag(other.id))
  expect([changed.status, isVerified]).toEqual([200, false])
  held.release(jsonAnswer(200, { object: 'list', data: [] }))
  expect((await verifying).status).toBe(200)
})
