// Runs each operation of the OpenAPI document against a running proxy. The harness checks the status and the form of each
// answer by the document; this test walks all operations, so that a new one cannot be left out.

import { describe, expect, test } from 'vitest'
import { runJobNow } from '../../../src/commands/base/proxy/run-schedule.ts'
import type { BatchView } from '../../../src/lib/contract/batches.ts'
import { thisProcess } from '../../../src/lib/store/locks/lock-owner.ts'
import { chat, givenUpstream } from '../../support/servers/fake-upstream.ts'
import { PENDING, givenLoginServer } from '../../support/servers/login-server.ts'
import { added, givenApi } from '../../support/servers/management-harness.ts'
import type { ApiBody, TestApi } from '../../support/servers/management-harness.ts'

const observe = { level: 'info', maxLogBytes: 8 << 20, countsMetrics: false, env: {} } as const
const NO_WAIT = () => new Promise<void>((resolve) => setImmediate(resolve))

async function given() {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const login = await givenLoginServer()
  login.begins({}, PENDING)
  const api: TestApi = await givenApi({
    management: { runJob: (name) => runNow(api, name) },
    accounts: [{ name: 'serving' }],
    baseUrl: upstream.baseUrl,
    settings: { observe },
    toolkit: { sleep: NO_WAIT },
  })
  const { deviceEndpoint, tokenEndpoint } = login
  return { api, upstream, login: { deviceEndpoint, tokenEndpoint, clientId: 'c', baseUrl: upstream.baseUrl } }
}

async function runNow(api: TestApi, name: string): Promise<{ id: string; account: string }[]> {
  const runs = await runJobNow(api.proxy.toolkit, name, {
    accounts: [],
    env: {},
    onTrouble: (message) => api.proxy.troubles.push(message),
    onEnd: () => undefined,
  })
  return runs.map(({ id, account }) => ({ id, account }))
}

interface Described {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
}

const readDocument = async (api: TestApi) =>
  (await api.get('/api/openapi.json', { token: null })).json as unknown as Described

/** Asks operations by their place in the document, and notes which were asked. */
class Walk {
  readonly api: TestApi
  readonly walked = new Set<string>()
  readonly #document: Described

  constructor(api: TestApi, document: Described) {
    this.api = api
    this.#document = document
  }

  /** `parts` replace the names in braces, in their order. The answer has the first status of the document, a 2xx. */
  async go(operation: string, parts: string[] = [], body?: object, query = ''): Promise<ApiBody> {
    const [method = '', path = ''] = operation.split(' ')
    const described = this.#document.paths[path]?.[method.toLowerCase()]
    expect(described, operation).toBeDefined()
    this.walked.add(operation)
    const left = [...parts]
    const place = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(left.shift() ?? ''))
    const { status, json } = await this.api.ask(method, place + query, body === undefined ? {} : { body })
    expect(String(status), `${operation} ${JSON.stringify(json)}`).toBe(Object.keys(described!.responses)[0])
    return json
  }
}

test('every operation answers a valid request with its status, in the form of the document', async () => {
  const { api, upstream, login } = await given()
  const document = await readDocument(api)
  const walk = new Walk(api, document)
  const { baseUrl } = upstream
  await api.proxy.chat()
  await expect.poll(async () => (await api.get('/api/requests')).json['requests'].length).toBe(1)

  await walk.go('GET /api')
  await walk.go('GET /api/openapi.json')
  const session = await walk.go('POST /api/session', [], { token: api.token })
  await walk.go('GET /api/session')
  expect((await api.ask('DELETE', '/api/session', { token: session.token })).status).toBe(200)
  walk.walked.add('DELETE /api/session')

  const wanted = { provider: 'custom', baseUrl, key: 'sk-added-0123456789abcdef', limits: ['9/day'] }
  const { account } = await walk.go('POST /api/accounts', [], { ...wanted, name: 'one', verify: false })
  const { id } = account
  await walk.go('GET /api/accounts', [], undefined, '?status=ready&provider=custom&limit=1')
  await walk.go('GET /api/accounts/{id}', [id])
  await walk.go('PATCH /api/accounts/{id}', [id], { label: 'One', priority: 2, groups: ['night'] })
  for (const action of ['disable', 'enable', 'stop', 'start', 'reset', 'verify', 'refresh'])
    await walk.go(`POST /api/accounts/{id}/${action}`, [id])
  await walk.go('DELETE /api/accounts/{id}/cooldowns', [id])
  await walk.go('POST /api/accounts/actions', [], { ids: [id], action: 'disable', dryRun: true })
  await walk.go('GET /api/accounts/{id}/stats', [id])
  await walk.go('GET /api/accounts/all/stats')
  await walk.go('GET /api/quota', [], undefined, '?group=night')
  await walk.go('GET /api/explain', [], undefined, '?model=m1&reserve=20%25')
  await walk.go('GET /api/history', [], undefined, '?days=2&by=account')
  await walk.go('GET /api/compare', [], undefined, `?accounts=${id},serving`)
  const { requests } = await walk.go('GET /api/requests', [], undefined, '?outcome=ok')
  await walk.go('GET /api/requests/{id}', [requests[0].id])
  await walk.go('GET /api/providers')
  await walk.go('GET /api/models')
  await walk.go('GET /api/proxy')
  await walk.go('GET /api/settings')
  await walk.go('PATCH /api/settings', [], { 'proxy.affinity': false })

  await walk.go('POST /api/keys', [], { name: 'ci', user: null, limits: ['5/day'], expires: '30d' })
  await walk.go('GET /api/keys')
  await walk.go('GET /api/keys/{name}', ['ci'])
  await walk.go('PATCH /api/keys/{name}', ['ci'], { name: 'build', limits: ['6/day'] })
  for (const action of ['pause', 'resume']) await walk.go(`POST /api/keys/{name}/${action}`, ['build'])
  await walk.go('POST /api/keys/{name}/rotate', ['build'], { overlap: '1h' })
  await walk.go('DELETE /api/keys/{name}', ['build'])

  await walk.go('POST /api/jobs', [], { name: 'check', every: '1h', accounts: [id], verify: true })
  await walk.go('GET /api/jobs')
  await walk.go('GET /api/jobs/next')
  await walk.go('GET /api/jobs/{name}', ['check'])
  await walk.go('PATCH /api/jobs/{name}', ['check'], { every: '2h' })
  for (const action of ['pause', 'resume']) await walk.go(`POST /api/jobs/{name}/${action}`, ['check'], {})
  await walk.go('POST /api/jobs/{name}/run', ['check'], {})
  await expect.poll(async () => (await api.get('/api/jobs/runs')).json['runs'].length).toBeGreaterThan(0)
  const { runs } = await walk.go('GET /api/jobs/runs')
  await walk.go('GET /api/job-runs/{id}', [runs[0].id])
  await walk.go('DELETE /api/jobs/{name}', ['check'])

  api.proxy.toolkit.batches.put(BATCH, thisProcess())
  await walk.go('GET /api/batches')
  await walk.go('GET /api/batches/{id}', [BATCH.id])
  await walk.go('POST /api/batches/{id}/cancel', [BATCH.id])

  const begun = await walk.go('POST /api/logins', [], { provider: 'custom', name: 'logged', ...login })
  await walk.go('GET /api/logins/{id}', [begun['loginId']])
  await walk.go('DELETE /api/logins/{id}', [begun['loginId']])
  const older = await walk.go('POST /api/login/{id}', ['custom'], { name: 'older', ...login })
  await walk.go('GET /api/login/{id}', [older['loginId']])
  await walk.go('DELETE /api/login/{id}', [older['loginId']])

  await walk.go('GET /api/users')
  await walk.go('POST /api/users/{userId}/tokens', ['alice'], { expires: '1h' })
  const wish = { app_id: 'claude', auth_type: 'api_key', credentials: 'sk-ant-0123456789abcdef' }
  const made = await walk.go('POST /api/users/{userId}/connections', ['alice'], {
    ...wish,
    account_name: 'Pro Account 1',
    verify: false,
  })
  const connection = (made['connection'] ?? made) as { id: string }
  await walk.go('GET /api/users/{userId}/connections', ['alice'])
  await walk.go('GET /api/users/{userId}/connections/{id}', ['alice', connection.id])
  await walk.go('PATCH /api/users/{userId}/connections/{id}', ['alice', connection.id], { enabled: false })
  await walk.go('DELETE /api/users/{userId}/connections/{id}', ['alice', connection.id])

  await walk.go('DELETE /api/accounts/{id}', [id])
  await walk.go('GET /api/archive')
  await walk.go('POST /api/archive/{id}/restore', [id], {})
  await walk.go('DELETE /api/accounts/{id}', [id])
  await walk.go('DELETE /api/archive/{id}', [id])

  const events = await api.open('/api/events')
  expect(events.response).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } })
  events.response.destroy()
  walk.walked.add('GET /api/events')
  const all = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect([...walk.walked].sort()).toEqual(all.sort())
})

describe('every operation with a body', () => {
  test('refuses unknown fields, other types and a missing body, with the field and a hint', async () => {
    const { api } = await given()
    const { id } = await added(api, { name: 'one' })
    await api.post('/api/keys', { name: 'ci' })
    await api.post('/api/jobs', { name: 'check', every: '1h', all: true, verify: true })
    const names: Record<string, string> = { keys: 'ci', jobs: 'check', login: 'custom', users: 'alice' }
    const withBody = api.management.routes.filter(({ body }) => body !== null)
    expect(withBody.length).toBeGreaterThan(10)
    for (const { method, path } of withBody) {
      const [, , room = ''] = path.split('/')
      const place = path.replaceAll(/\{\w+\}/g, () => names[room] ?? id)
      const operation = `${method} ${path}`
      const unknown = await api.ask(method, place, { body: { noSuchField: 1 } })
      expect([unknown.status, unknown.json.error.hint], operation).toEqual([422, expect.any(String)])
      for (const wrong of [[], 'text', 7, null]) {
        const reply = await api.ask(method, place, { body: wrong })
        expect(reply.status, `${operation} ${JSON.stringify(wrong)}`).toBe(422)
        expect(reply.json.error.hint, operation).toEqual(expect.any(String))
      }
    }
    const reply = await api.post('/api/accounts', { provider: 1, weight: 'x', noSuchField: 1 })
    expect(reply.json.error).toMatchObject({ code: 'invalid_body' })
    const fields = (reply.json.error as unknown as { fields: { field: string }[] }).fields
    expect(fields.map(({ field }) => field).sort()).toEqual(['noSuchField', 'provider', 'weight'])
  })
})

const BATCH: BatchView = {
  id: 'batch_1',
  user: null,
  status: 'running',
  reason: null,
  format: 'openai',
  models: ['m1'],
  file: '/a.jsonl',
  output: '/a.out.jsonl',
  errors: '/a.err.jsonl',
  journal: '/a.jsonl.qwenctl',
  lines: 9,
  done: 3,
  failed: 1,
  unknown: 0,
  inFlight: 2,
  left: 3,
  inputTokens: 5,
  outputTokens: 6,
  costUsd: null,
  perMinute: 30.5,
  endsAt: null,
  resumesAt: null,
  endedAt: null,
  pid: process.pid,
  startedAt: '2026-11-22T07:00:00.000Z',
  updatedAt: '2026-11-22T07:00:01.000Z',
  accounts: [],
}
