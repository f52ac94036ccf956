// A proxy of one user: over every route of the API, the data of another user is not there.

import { expect, test } from 'vitest'
import { givenApi } from '../../../support/servers/management-harness.ts'

const BOB = 'bobs-marker'

async function given() {
  const api = await givenApi({ management: { user: 'alice' } })
  const { toolkit } = api.proxy
  const add = (user: string, name: string, group: string) =>
    toolkit.accounts.add({
      provider: 'custom',
      user,
      name,
      groups: [group],
      secret: `sk-of-${name}-0123456789`,
      baseUrl: 'http://127.0.0.1:9/v1',
    })
  const alices = await add('alice', 'hers', 'night')
  const bobs = await add('bob', BOB, `${BOB}-group`)
  const gone = await add('bob', `${BOB}-gone`, 'night')
  await toolkit.accounts.remove(gone.id, { purge: false })
  await toolkit.keys.create({ name: 'her-key', user: 'alice' })
  const { key } = await toolkit.keys.create({ name: `${BOB}-key`, user: 'bob' })
  await toolkit.settings.set(`caps.accounts.bob:custom/${BOB}.concurrency`, '2')
  await toolkit.settings.set('caps.accounts.alice:custom/hers.concurrency', '3')
  const ledger = await toolkit.ledger()
  await ledger.record([{ type: 'cool', subject: bobs.id, until: null, reason: 'quota-hard', evidence: BOB }])
  return { api, alices, bobs, gone, key }
}

test('no route shows, names or changes what belongs to another user', async () => {
  const { api, bobs, gone, key } = await given()
  const ids = [bobs.id, gone.id, key.id, bobs.name, key.name, `bob:custom/${BOB}`]
  const before = await api.proxy.toolkit.accounts.show(bobs.id)
  for (const { method, path, answer } of api.management.routes) {
    if (answer === null || path === '/api/session') continue
    for (const userId of ['bob', 'alice']) {
      for (const id of path.includes('{id}') || path.includes('{name}') ? ids : ['']) {
        const asked = path.replace('{userId}', userId).replace(/\{(id|name)\}/, encodeURIComponent(id))
        const reply = await api.ask(
          method,
          asked,
          method === 'GET' || method === 'DELETE' ? {} : { body: {} },
        )
        const what = `${method} ${asked}: ${reply.status} ${reply.text.slice(0, 300)}`
        expect(
          reply.text.replaceAll(id === '' ? '\0' : id, '').replaceAll(encodeURIComponent(id) || '\0', ''),
          what,
        ).not.toContain(BOB)
        if (id !== '' || asked.startsWith('/api/users/bob')) expect(reply.status, what).toBeGreaterThan(399)
      }
    }
  }
  expect(await api.proxy.toolkit.accounts.show(bobs.id)).toEqual(before)
  expect((await api.proxy.toolkit.keys.list()).map(({ name }) => name)).toContain(key.name)
})

test('what belongs to the user is listed, counted and changed', async () => {
  const { api, alices } = await given()
  expect((await api.get('/api/accounts')).json.accounts.map(({ id }) => id)).toEqual([alices.id])
  expect((await api.get('/api/accounts?user=bob')).json.accounts).toEqual([])
  expect((await api.get('/api/quota')).json.totals).toMatchObject({ accounts: 1 })
  expect((await api.get('/api/keys')).json.keys).toMatchObject([
    { name: 'her-key', user: 'alice', accountCount: 1 },
  ])
  expect((await api.get('/api')).json.user).toBe('alice')
  const { settings } = (await api.get('/api/settings')).json
  const caps = settings.filter(({ key }: { key: string }) => key.startsWith('caps.accounts.'))
  expect(caps).toMatchObject([{ key: 'caps.accounts.alice:custom/hers.concurrency', value: 3 }])
  expect((await api.post(`/api/accounts/${alices.id}/disable`)).json.account.status).toBe('disabled')
  const made = await api.post('/api/keys', { name: 'another' })
  expect(made.json.key.user).toBe('alice')
  const connected = await api.post('/api/users/alice/connections', {
    app_id: 'custom',
    auth_type: 'api_key',
    credentials: { api_key: 'sk-0123456789abcdef' },
    account_name: 'second',
    base_url: 'http://127.0.0.1:9/v1',
    verify: false,
  })
  expect(connected.json.connection.account.user).toBe('alice')
})

test('the name of a key of another user is taken, and nothing more is said of that key', async () => {
  const { api, key } = await given()
  const reply = await api.post('/api/keys', { name: key.name })
  expect([reply.status, reply.json.error.code]).toEqual([409, 'name_in_use'])
  expect(reply.json.error.hint).toBe('choose another name')
})

test.each([
  ['POST', '/api/accounts', { provider: 'custom', user: 'bob', name: 'x', key: 'sk-0123456789abcdef' }],
  ['POST', '/api/keys', { name: 'x', user: 'bob' }],
  ['PATCH', '/api/settings', { 'proxy.port': '4000' }],
])('%s %s for others is refused', async (method, path, body) => {
  const { api } = await given()
  const reply = await api.ask(method, path, { body })
  expect(reply.json.error.code, reply.text).toBe('forbidden')
})
