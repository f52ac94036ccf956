import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { RequestView } from '../../../src/lib/contract/requests.ts'
import { chat, givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { givenApi } from '../../support/servers/management-harness.ts'
import type { TestApi } from '../../support/servers/management-harness.ts'

const observe = { level: 'info', maxLogBytes: 8 << 20, countsMetrics: false, env: {} } as const

const listAt = async (api: TestApi, query = '', token?: string) => {
  const { status, json } = await api.get(`/api/requests${query}`, token === undefined ? {} : { token })
  expect(status, JSON.stringify(json)).toBe(200)
  return json['requests'] as RequestView[]
}

async function givenRequests() {
  const upstream = await givenUpstream()
  const accounts = [{ name: 'a' }, { name: 'b' }]
  const api = await givenApi({ accounts, baseUrl: upstream.baseUrl, settings: { observe } })
  upstream.next(
    json(429, { error: { message: 'slow down, sk-0123456789abcdefghij' } }, { 'retry-after': '60' }),
  )
  upstream.always(chat())
  const moved = await api.proxy.chat()
  await api.proxy.chat()
  await expect.poll(() => listAt(api).then(({ length }) => length)).toBe(2)
  return { api, movedId: String(moved.headers['x-request-id']) }
}

test('a request has every attempt with the words of the provider, its tokens and its account', async () => {
  const { api, movedId } = await givenRequests()
  const { json } = await api.get(`/api/requests/${movedId}`)
  const request = json['request'] as RequestView
  expect(request).toMatchObject({
    id: movedId,
    outcome: 'ok',
    status: 200,
    account: { user: 'local', provider: 'custom', name: 'b' },
    inputTokens: 7,
    method: 'POST',
    route: '/v1/chat/completions',
  })
  expect(request.attempts).toMatchObject([
    { account: { name: 'a' }, outcome: 'rate-short', status: 429 },
    { account: { name: 'b' }, outcome: 'ok', status: 200 },
  ])
  expect(request.attempts[0]?.message).toContain('slow down')
  expect(JSON.stringify(json)).not.toContain('sk-0123456789abcdefghij')
})

test('the list is newest first, with filters and pages', async () => {
  const { api, movedId } = await givenRequests()
  const all = await listAt(api)
  expect(all.map(({ id }) => id)[1]).toBe(movedId)
  expect((await listAt(api, '?account=custom/a')).map(({ id }) => id)).toEqual([movedId])
  expect(await listAt(api, '?account=b&outcome=ok')).toHaveLength(2)
  expect(await listAt(api, '?outcome=failed')).toEqual([])
  expect(await listAt(api, '?model=other')).toEqual([])
  expect(await listAt(api, '?user=local&model=m1')).toHaveLength(2)
  expect(await listAt(api, '?since=2100-01-01')).toEqual([])
  expect(await listAt(api, '?until=2020-01-01')).toEqual([])
  const first = await api.get('/api/requests?limit=1')
  const second = await api.get(`/api/requests?limit=1&after=${String(first.json['next'])}`)
  expect((second.json['requests'] as RequestView[]).map(({ id }) => id)).toEqual([movedId])
})

test.each([
  ['?since=yesterday', 'since'],
  ['?limit=0', 'limit'],
  ['?after=nothing', 'after'],
  ['?colour=red', 'colour'],
])('%s is refused by name', async (query, field) => {
  const api = await givenApi()
  const { status, json } = await api.get(`/api/requests${query}`)
  expect([status, json.error.field]).toEqual([400, field])
})

test('a user sees own requests alone, and those of others are as missing as unknown ones', async () => {
  const api = await givenApi()
  const folder = join(api.proxy.home, 'logs')
  mkdirSync(folder, { recursive: true })
  const write = (id: string, more: object) =>
    appendFileSync(
      join(folder, 'proxy.ndjson'),
      `${JSON.stringify({
        level: 'info',
        time: '2026-11-22T10:00:00.000Z',
        pid: 1,
        kind: 'request',
        requestId: id,
        outcome: 'ok',
        provider: 'custom',
        tried: ['custom/bobs quota-hard', 'custom/hers ok'],
        attempts: 2,
        latencyMs: 1,
        ...more,
      })}\n`,
    )
  write('req-hers', { onlyUser: 'alice', clientKey: 'her-key', user: 'alice', account: 'hers' })
  write('req-shared', { onlyUser: null, clientKey: 'bobs-key', user: 'alice', account: 'hers' })
  write('req-bobs', { onlyUser: null, clientKey: 'bobs-key', user: 'bob', account: 'bobs' })
  const { token } = await api.proxy.toolkit.admin.userToken('alice')
  const seen = await listAt(api, '', token)
  expect(seen.map(({ id }) => id)).toEqual(['req-shared', 'req-hers'])
  // She may not see the attempts of a shared request at accounts of others.
  expect(JSON.stringify(seen[0])).not.toContain('bobs')
  expect(await listAt(api, '?key=bobs-key', token)).toEqual([])
  expect(await listAt(api, '?user=bob', token)).toEqual([])
  expect(await listAt(api, '?account=bobs&key=bobs-key', token)).toEqual([])
  const said = async (id: string) => {
    const { status, json } = await api.get(`/api/requests/${id}`, { token })
    return [status, json.error]
  }
  expect(await said('req-bobs')).toEqual(await said('req-none'))
  expect((await said('req-bobs'))[0]).toBe(404)
  await vi.waitFor(async () => expect((await api.get('/api/requests/req-hers', { token })).status).toBe(200))
})
