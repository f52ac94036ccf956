// Callers of MCP with a part of the home do not learn of the rest.

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Route } from '../../../../src/lib/management/route.ts'
import { added, givenApi } from '../../../support/servers/management-harness.ts'
import type { TestApi } from '../../../support/servers/management-harness.ts'

const rpc = async (api: TestApi, token: string, { method, params }: { method: string; params: object }) =>
  (await api.post('/mcp', { jsonrpc: '2.0', id: 1, method, params }, { token })).json

const call = async (api: TestApi, token: string, name: string, args: object = {}) => {
  const { result } = (await rpc(api, token, {
    method: 'tools/call',
    params: { name, arguments: args },
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test knows what it asked for
  })) as unknown as { result: { structuredContent: any } }
  return result.structuredContent
}

const read = (api: TestApi, token: string, uri: string) =>
  rpc(api, token, { method: 'resources/read', params: { uri } })

/** Two accounts of one name and two similar ones, of which the key may use one each. */
async function givenKey() {
  const api = await givenApi()
  const own = await added(api, { name: 'work' })
  const hidden = await added(api, { name: 'work', user: 'bob' })
  await added(api, { name: 'secret-x' })
  const { key, secret } = await api.proxy.toolkit.keys.create({ name: 'k', accounts: [own.id] })
  return { api, own, hidden, key, secret }
}

test('a reference of a client key fits its own accounts alone', async () => {
  const { api, own, secret } = await givenKey()
  const shown = await call(api, secret, 'quota_show', { accounts: ['work'] })
  expect(shown).toMatchObject({ accounts: [{ id: own.id }], totals: { accounts: 1 } })
  expect(await call(api, secret, 'usage_history', { account: 'work' })).toMatchObject({ by: 'key' })
  expect(await read(api, secret, 'qwenctl://accounts/work')).toHaveProperty('result')
})

test.each([
  ['quota_show', { accounts: ['secret-y'] }],
  ['quota_show', { accounts: ['bob:custom/work'] }],
  ['usage_history', { account: 'secret-y' }],
  ['usage_history', { account: 'bob:custom/work' }],
  ['usage_history', { account: 'secret-x' }],
])('%s %j says nothing of the accounts of others', async (tool, args) => {
  const { api, secret, hidden } = await givenKey()
  const { error } = await call(api, secret, tool, args)
  expect(error.code).toBe('account_not_found')
  const asked = JSON.stringify(args)
  const names = ['secret-x', 'bob:custom/work', hidden.id].filter((name) => !asked.includes(name))
  for (const name of names) expect(JSON.stringify(error)).not.toContain(name)
})

test('a client key sees the requests that the log has with its id, not those of a former key of its name', async () => {
  const { api, key, secret } = await givenKey()
  const folder = join(api.proxy.home, 'logs')
  mkdirSync(folder, { recursive: true })
  const write = (requestId: string, more: object) => {
    const time = '2026-11-22T10:00:00.000Z'
    const line = { level: 'info', time, kind: 'request', requestId, clientKey: 'k', outcome: 'ok', ...more }
    appendFileSync(join(folder, 'proxy.ndjson'), `${JSON.stringify(line)}\n`)
  }
  write('req-own', { clientKeyId: key.id })
  write('req-former', { clientKeyId: 'key_0123456789abcdef' })
  write('req-older', {})
  const list = async (token: string) =>
    ((await call(api, token, 'requests_find', { key: 'k' })).requests as { id: string }[])
      .map(({ id }) => id)
      .sort()
  expect(await list(secret)).toEqual(['req-own'])
  expect(await list(api.token)).toEqual(['req-former', 'req-older', 'req-own'])
  const find = async (id: string) => call(api, secret, 'requests_find', { id })
  expect(await find('req-own')).toMatchObject({ request: { id: 'req-own', keyId: key.id } })
  expect((await find('req-former')).error.code).toBe('not_found')
  expect((await find('req-older')).error.code).toBe('not_found')
})

test('the caps of an explanation count the requests of the accounts of the key alone', async () => {
  const { api, own, hidden, secret } = await givenKey()
  await api.proxy.toolkit.settings.set('caps.concurrency', '9')
  const ledger = await api.proxy.toolkit.ledger()
  for (const { id } of [own, hidden, hidden]) await ledger.reserve({ account: id })
  await ledger.record([])
  const count = async (token: string) => (await call(api, token, 'quota_explain')).caps.inFlight as number
  await expect.poll(() => count(api.token)).toBe(3)
  expect(await count(secret)).toBe(1)
})

test('a user token reads a resource exactly where it may get the document over REST', async () => {
  const { api } = await givenKey()
  const { token } = await api.proxy.toolkit.admin.userToken('bob')
  const { result } = (await rpc(api, api.token, {
    method: 'resources/list',
    params: {},
  })) as unknown as { result: { resources: { uri: string; name: string }[] } }
  const isOpen = (name: string) => {
    const route = api.management.routes.find(
      ({ method, path }: Route) => method === 'GET' && path === `/api/${name}`,
    )
    return route?.access === 'user'
  }
  const names = result.resources.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['quota', 'keys', 'jobs', 'batches']))
  expect(names.filter(isOpen)).not.toContain('keys')
  for (const { name, uri } of result.resources) {
    const answer = (await read(api, token, uri)) as unknown as { error?: { code: number } }
    expect(answer.error?.code, name).toBe(isOpen(name) ? undefined : -32002)
    expect(await read(api, api.token, uri), name).toHaveProperty('result')
  }
  const seen = (await rpc(api, token, {
    method: 'resources/list',
    params: {},
  })) as unknown as typeof result & {
    result: typeof result
  }
  expect(seen.result.resources.map(({ name }) => name)).toEqual(names.filter(isOpen))
})
