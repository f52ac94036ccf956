import { PassThrough } from 'node:stream'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { McpServer } from '../../../../src/lib/management/mcp/mcp-server.ts'
import { viewOfKey } from '../../../../src/lib/management/mcp/mcp-view.ts'
import type { McpView } from '../../../../src/lib/management/mcp/mcp-view.ts'
import { RunningCalls } from '../../../../src/lib/management/mcp/running-calls.ts'
import { openMcpView, serveStdio } from '../../../../src/lib/management/mcp/serve-stdio.ts'
import type { ManagedToolkit } from '../../../../src/lib/toolkit/scope/managed-toolkit.ts'
import { added, givenApi } from '../../../support/servers/management-harness.ts'
import type { TestApi } from '../../../support/servers/management-harness.ts'

const KEY = 'sk-added-0123456789abcdef'
const READING = [
  'accounts_list',
  'quota_show',
  'quota_forecast',
  'quota_explain',
  'quota_wait',
  'usage_history',
  'models_find',
  'requests_find',
]
/** Passed as `onTrouble` where no trouble may come. */
const refuseTrouble = (message: string): never => {
  throw new Error(message)
}
const WRITING = ['account_enable', 'account_disable', 'quota_reset']

interface Result {
  isError?: boolean
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test knows what it asked for
  structuredContent: any
}

async function given() {
  const api = await givenApi()
  const a = await added(api, { name: 'a', limits: ['20/day'], models: ['m1'], groups: ['night'] })
  const b = await added(api, { name: 'b', user: 'bob', limits: ['5/day'], models: ['m2'] })
  return { api, a, b }
}

/** Calls over HTTP, as a client without a handshake does. */
const rpc = async (api: TestApi, method: string, params: object, token?: string, path = '/mcp') => {
  const { status, json } = await api.post(
    path,
    { jsonrpc: '2.0', id: 7, method, params },
    token === undefined ? {} : { token },
  )
  return { status, ...(json as unknown as { result: Record<string, unknown>; error: { code: number } }) }
}

const call = async (api: TestApi, name: string, args: object = {}, token?: string, path?: string) =>
  (await rpc(api, 'tools/call', { name, arguments: args }, token, path)).result as unknown as Result

const listNames = ({ structuredContent }: Result) =>
  (structuredContent.accounts as { name: string }[]).map(({ name }) => name)

test('the tools read; with write they also change', async () => {
  const { api, a } = await given()
  const list = async (path: string) =>
    ((await rpc(api, 'tools/list', {}, undefined, path)).result['tools'] as { name: string }[]).map(
      ({ name }) => name,
    )
  expect(await list('/mcp')).toEqual(READING)
  expect(await list('/mcp?write=true')).toEqual([...READING, ...WRITING])
  const refused = await rpc(api, 'tools/call', { name: 'account_disable', arguments: { account: 'a' } })
  expect(refused.error.code).toBe(-32602)
  const off = await call(api, 'account_disable', { account: a.id }, undefined, '/mcp?write=true')
  expect(off.structuredContent.account.enabled).toBe(false)
  await call(api, 'account_enable', { account: 'custom/a' }, undefined, '/mcp?write=true')
  const reset = await call(api, 'quota_reset', { accounts: ['custom/a'] }, undefined, '/mcp?write=true')
  expect(listNames(reset)).toEqual(['a'])
  const none = await call(api, 'quota_reset', { accounts: [] }, undefined, '/mcp?write=true')
  expect(none).toMatchObject({ isError: true, structuredContent: { error: { code: 'invalid_value' } } })
})

test('every reading tool answers with one document, without a secret', async () => {
  const { api } = await given()
  for (const name of READING) {
    const result = await call(api, name, name === 'quota_wait' ? { timeoutMs: 0 } : {})
    expect(result.isError, name).toBeUndefined()
    expect(JSON.stringify(result), name).not.toContain(KEY.slice(3))
  }
  expect(listNames(await call(api, 'accounts_list', { group: 'night' }))).toEqual(['a'])
  expect((await call(api, 'quota_show')).structuredContent).toMatchObject({ totals: { remaining: 25 } })
  const fits = async (requests: number) =>
    (await call(api, 'quota_forecast', { requests })).structuredContent.fits as boolean
  expect([await fits(25), await fits(26)]).toEqual([true, false])
  const { models } = (await call(api, 'models_find', { model: 'M1' })).structuredContent
  expect(models).toMatchObject([{ model: 'm1', accounts: [{ name: 'a' }] }])
})

test('a failure is a result of the tool, with the hint', async () => {
  const { api } = await given()
  const unknown = await call(api, 'quota_show', { accounts: ['nope'] })
  expect(unknown).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'account_not_found' } },
  })
  const wrong = await call(api, 'quota_wait', { timeoutMs: -1 })
  expect(wrong).toMatchObject({
    isError: true,
    structuredContent: {
      error: { code: 'invalid_value', hint: 'tools/list describes the arguments' },
    },
  })
  const list = await rpc(api, 'tools/call', { name: 'quota_show', arguments: ['a'] })
  expect(JSON.stringify(list.result)).toContain('the arguments')
})

test('a wait ends when an account can serve, or at its time-out', async () => {
  const { api, a, b } = await given()
  const ledger = await api.proxy.toolkit.ledger()
  const cool = (subject: string) =>
    ledger.record([{ type: 'cool', subject, until: null, reason: 'quota-hard', evidence: 'x' }])
  await cool(a.id)
  await cool(b.id)
  expect((await call(api, 'quota_wait', { timeoutMs: 0 })).structuredContent).toMatchObject({
    ready: false,
    account: null,
  })
  const waiting = call(api, 'quota_wait', { timeoutMs: 60_000 })
  await api.delete(`/api/accounts/${a.id}/cooldowns`)
  expect((await waiting).structuredContent).toMatchObject({ ready: true, account: { name: 'a' } })
})

test('for a client key without room, a wait and a forecast tell when it has room again', async () => {
  const { api, a } = await given()
  const { key, secret } = await api.proxy.toolkit.keys.create({ name: 'k', limits: ['1/day'] })
  const ledger = await api.proxy.toolkit.ledger()
  await ledger.reserve({ account: a.id, also: [key.id] })
  const waited = await call(api, 'quota_wait', { timeoutMs: 0 }, secret)
  expect(waited.isError, JSON.stringify(waited)).toBeUndefined()
  expect(waited.structuredContent).toMatchObject({ ready: false, account: null })
  expect(Date.parse(waited.structuredContent.returnsAt as string)).toBeGreaterThan(ledger.now())
  const forecast = await call(api, 'quota_forecast', { requests: 1 }, secret)
  expect(forecast.structuredContent).toMatchObject({ fits: false, accounts: [] })
  expect(forecast.structuredContent.returnsAt).toBe(waited.structuredContent.returnsAt)
})

describe('failures of the program', () => {
  const read = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'qwenctl://accounts/a' } }
  const show = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'quota_show' } }

  test('a store that does not open is named, and is no missing resource', async () => {
    const api = await givenApi({ troubles: /is not valid JSON/ })
    await added(api, { name: 'a' })
    writeFileSync(join(api.proxy.home, 'accounts.json'), '{')
    const server = new McpServer(
      openMcpView(api.proxy.toolkit, { user: null, canWrite: false }),
      refuseTrouble,
    )
    expect(await server.handle(read)).toMatchObject({
      error: { code: -32603, data: { code: 'store_corrupt' } },
    })
    expect(await server.handle(show)).toMatchObject({
      result: { isError: true, structuredContent: { error: { code: 'store_corrupt' } } },
    })
  })

  test('a fault of the program is reported on its own side, and the client sees no details', async () => {
    const { api } = await given()
    const fail = () => Promise.reject(new TypeError('details of /home/x'))
    const quotas = { ...api.proxy.toolkit.quotas, show: fail }
    const accounts = Object.assign(Object.create(api.proxy.toolkit.accounts) as object, { show: fail })
    const toolkit = Object.assign(Object.create(api.proxy.toolkit) as ManagedToolkit, { quotas, accounts })
    const troubles: string[] = []
    const view = openMcpView(toolkit, { user: null, canWrite: false })
    const server = new McpServer(view, (message) => troubles.push(message))
    const [failed, called] = [await server.handle(read), await server.handle(show)]
    expect(failed).toMatchObject({ error: { code: -32603, data: { code: 'internal' } } })
    expect(called).toMatchObject({
      result: { isError: true, structuredContent: { error: { code: 'internal' } } },
    })
    expect(JSON.stringify([failed, called])).not.toContain('details')
    expect(troubles).toEqual(['MCP failed: details of /home/x', 'MCP failed: details of /home/x'])
  })
})

describe('a caller sees its own view', () => {
  test('a user token: that user alone', async () => {
    const { api } = await given()
    const { token } = await api.proxy.toolkit.admin.userToken('bob')
    expect(listNames(await call(api, 'accounts_list', {}, token))).toEqual(['b'])
    expect((await call(api, 'quota_show', { accounts: ['local:custom/a'] }, token)).isError).toBe(true)
  })

  test('a client key: its accounts, models and requests, and nothing to change', async () => {
    const { api, a } = await given()
    await added(api, { name: 'c', models: ['m3'] })
    const { keys } = api.proxy.toolkit
    const { key, secret } = await keys.create({ name: 'k', accounts: [a.id] })
    const logs = join(api.proxy.home, 'logs')
    mkdirSync(logs, { recursive: true })
    for (const [id, clientKey, clientKeyId] of [
      ['req-own', 'k', key.id],
      ['req-other', 'other', 'key_other'],
    ] as const)
      appendFileSync(
        join(logs, 'proxy.ndjson'),
        `${JSON.stringify({ level: 'info', time: '2026-11-22T10:00:00.000Z', kind: 'request', requestId: id, clientKey, clientKeyId, outcome: 'ok' })}\n`,
      )
    expect(listNames(await call(api, 'accounts_list', {}, secret))).toEqual(['a'])
    const listed = JSON.stringify(await call(api, 'accounts_list', {}, secret))
    expect(listed).not.toMatch(/baseUrl|"auth"/)
    expect(listNames(await call(api, 'quota_show', {}, secret))).toEqual(['a'])
    expect(listNames(await call(api, 'quota_explain', {}, secret))).toEqual(['a'])
    expect((await call(api, 'models_find', {}, secret)).structuredContent.models).toMatchObject([
      { model: 'm1' },
    ])
    expect(
      (await call(api, 'requests_find', { key: 'other' }, secret)).structuredContent.requests,
    ).toMatchObject([{ id: 'req-own' }])
    expect((await call(api, 'requests_find', { id: 'req-other' }, secret)).isError).toBe(true)
    const tools = (await rpc(api, 'tools/list', {}, secret, '/mcp?write=true')).result['tools'] as object[]
    expect(tools).toHaveLength(READING.length)
    expect((await rpc(api, 'resources/read', { uri: 'qwenctl://keys' }, secret)).error.code).toBe(-32002)
    expect((await rpc(api, 'resources/read', { uri: 'qwenctl://accounts/c' }, secret)).error.code).toBe(
      -32002,
    )
    await keys.change('k', { isPaused: true })
    expect((await rpc(api, 'tools/list', {}, secret)).status).toBe(401)
  })

  test('a key without any account left sees none, not all', async () => {
    const { api, a } = await given()
    const { secret } = await api.proxy.toolkit.keys.create({ name: 'k', accounts: [a.id] })
    await api.delete(`/api/accounts/${a.id}`)
    expect(listNames(await call(api, 'quota_show', {}, secret))).toEqual([])
    expect(listNames(await call(api, 'accounts_list', {}, secret))).toEqual([])
  })

  test('no caller without a token, and no other method', async () => {
    const { api } = await given()
    const status = async (method: string, token: string | null) =>
      (await api.ask(method, '/mcp', { token, ...(method === 'POST' ? { body: {} } : {}) })).status
    expect(await status('POST', null)).toBe(401)
    expect(await status('POST', 'qk_wrong')).toBe(401)
    const got = await api.get('/mcp')
    expect([got.status, got.headers['allow']]).toEqual([405, 'POST'])
  })
})

test('resources are the documents of --json, one account among them', async () => {
  const { api, a } = await given()
  const { result } = await rpc(api, 'resources/list', {})
  for (const { uri } of result['resources'] as { uri: string }[]) {
    const read = await rpc(api, 'resources/read', { uri })
    const [{ text, mimeType } = { text: '', mimeType: '' }] = read.result['contents'] as {
      text: string
      mimeType: string
    }[]
    expect(mimeType).toBe('application/json')
    expect(text).not.toContain(KEY.slice(3))
    expect(typeof JSON.parse(text)).toBe('object')
  }
  const one = await rpc(api, 'resources/read', { uri: `qwenctl://accounts/${a.id}` })
  expect(JSON.stringify(one.result)).toContain(a.id)
  expect((await rpc(api, 'resources/read', { uri: 'qwenctl://nothing' })).error.code).toBe(-32002)
})

describe('the protocol', () => {
  const server = async () => {
    const { api } = await given()
    return new McpServer(openMcpView(api.proxy.toolkit, { user: null, canWrite: false }), refuseTrouble)
  }
  const ask = async (target: McpServer, method: string, params: object = {}) =>
    (await target.handle({ jsonrpc: '2.0', id: 1, method, params })) as unknown as {
      result: Record<string, unknown>
      error: { code: number }
    }

  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2024-11-05', '2024-11-05'],
    ['1999-01-01', '2025-11-25'],
  ])('a handshake for %s gets %s', async (wanted, got) => {
    const { result } = await ask(await server(), 'initialize', { protocolVersion: wanted, capabilities: {} })
    expect(result).toMatchObject({
      protocolVersion: got,
      serverInfo: { name: 'qwenctl' },
      capabilities: { tools: {} },
    })
  })

  test('requests may carry their version instead', async () => {
    const target = await server()
    const meta = (version: string) => ({ _meta: { 'io.modelcontextprotocol/protocolVersion': version } })
    const found = await ask(target, 'server/discover', meta('2026-07-28'))
    expect(found.result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      cacheScope: 'private',
    })
    expect((await ask(target, 'tools/list', meta('2026-07-28'))).result['ttlMs']).toBeGreaterThan(0)
    expect((await ask(target, 'tools/list', meta('2031-01-01'))).error.code).toBe(-32022)
  })

  test.each([
    [{ jsonrpc: '2.0', id: 1, method: 'nothing' }, -32601],
    [{ jsonrpc: '1.0', id: 1, method: 'ping' }, -32600],
    [[], -32600],
    [{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'toString' } }, -32602],
  ])('%j is refused', async (message, code) => {
    expect(await (await server()).handle(message)).toMatchObject({ error: { code } })
  })

  test('a batch is refused as no request, over HTTP with 400', async () => {
    const { api } = await given()
    const { status, json } = await api.post('/mcp', [{ jsonrpc: '2.0', id: 1, method: 'ping' }] as object)
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { id: null, error: { code: -32600, message: expect.stringContaining('batches') as string } },
    })
  })

  test('calls of one caller beyond the most at once are refused; others, and requests that only connect, are not', async () => {
    const { api, a, b } = await given()
    for (const { id } of [a, b]) await api.post(`/api/accounts/${id}/disable`)
    const { keys } = api.proxy.toolkit
    const { secret } = await keys.create({ name: 'k' })
    const key = await keys.authenticate(secret)
    const running = new RunningCalls()
    const serve = (view: McpView) => new McpServer(view, refuseTrouble, running)
    const ofKey = serve(viewOfKey(api.proxy.toolkit, key!, Date.now))
    const ofAdmin = serve(openMcpView(api.proxy.toolkit, { user: null, canWrite: false }))
    const wait = { name: 'quota_wait', arguments: { timeoutMs: 600_000 } }
    const waits = Array.from({ length: 64 }, (_, id) =>
      ofKey.handle({ jsonrpc: '2.0', id, method: 'tools/call', params: wait }),
    )
    const read = { uri: 'qwenctl://quota' }
    const refusal = {
      code: -32000,
      message: 'this caller has 64 calls running, the most at a time; try again when one has ended',
    }
    expect((await ask(ofKey, 'tools/call', { name: 'quota_show' })).error).toEqual(refusal)
    expect((await ask(ofKey, 'resources/read', read)).error).toEqual(refusal)
    for (const method of ['ping', 'initialize', 'tools/list', 'resources/list'])
      expect((await ask(ofKey, method)).error, method).toBeUndefined()
    expect((await ask(ofAdmin, 'tools/call', { name: 'quota_show' })).error).toBeUndefined()
    ofKey.stop()
    await Promise.all(waits)
    expect((await ask(ofKey, 'resources/read', read)).error).toBeUndefined()
  })

  test('notifications and answers need no answer', async () => {
    const target = await server()
    expect(await target.handle({ jsonrpc: '2.0', method: 'notifications/initialized' })).toBeNull()
    expect(await target.handle({ jsonrpc: '2.0', id: 1, result: {} })).toBeNull()
  })

  test('over lines: one answer a line, a long call holds up nothing, and its cancellation ends it', async () => {
    const { api, a, b } = await given()
    await api.post(`/api/accounts/${a.id}/disable`)
    await api.post(`/api/accounts/${b.id}/disable`)
    const [input, output] = [new PassThrough(), new PassThrough()]
    let text = ''
    output.on('data', (bytes: Buffer) => (text += bytes.toString()))
    const view = openMcpView(api.proxy.toolkit, { user: null, canWrite: false })
    const done = serveStdio(view, { input, output }, refuseTrouble)
    const send = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
    const lines = () => text.split('\n').filter((line) => line !== '')
    send({
      id: 'long',
      method: 'tools/call',
      params: { name: 'quota_wait', arguments: { timeoutMs: 600_000 } },
    })
    send({ id: 2, method: 'ping' })
    input.write('not json\n\n')
    await expect.poll(lines).toHaveLength(2)
    send({ method: 'notifications/cancelled', params: { requestId: 'long' } })
    await expect.poll(lines).toHaveLength(3)
    const answers = lines().map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } })
    expect(answers.map(({ id }) => id)).toEqual(expect.arrayContaining(['long', 2, null]))
    expect(answers.find(({ id }) => id === null)?.error?.code).toBe(-32700)
    input.end()
    await done
  })
})
