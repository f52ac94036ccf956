import { describe, expect, test } from 'vitest'
import { chat, givenUpstream } from '../../support/servers/fake-upstream.ts'
import { added, givenApi } from '../../support/servers/management-harness.ts'
import { until } from '../../support/servers/proxy-harness.ts'

describe('client keys', () => {
  test('one is shown once, then listed by its hint, and refused by the proxy once it is revoked', async () => {
    const api = await givenApi()
    const { id } = await added(api, { name: 'work' })
    const made = await api.post('/api/keys', {
      name: 'ci',
      accounts: [id],
      limits: ['5/day'],
      expires: '30d',
    })
    expect(made.status).toBe(201)
    const { secret, key } = made.json
    expect(secret).toMatch(/^qk_[\w-]{43}$/)
    expect(key).toMatchObject({ name: 'ci', user: 'local', accounts: ['custom/work'], limits: [{ max: 5 }] })
    const list = await api.get('/api/keys')
    expect(list.json.keys).toMatchObject([{ name: 'ci', status: 'active' }])
    expect(list.text).not.toContain(secret)
    const asks = (token: string) => api.proxy.get('/v1/models', { authorization: `Bearer ${token}` })
    await until(async () => (await asks('none')).status === 401)
    expect((await asks(secret)).status).toBe(200)
    expect((await api.delete('/api/keys/ci')).json.key.id).toBe(key.id)
    expect((await api.delete('/api/keys/ci')).status).toBe(404)
  })

  test.each([
    [{ name: 'a b' }, 422, 'invalid_value', 'name'],
    [{}, 422, 'invalid_body', 'name'],
    [{ name: 'k', limits: ['5/day', 'x'] }, 422, 'invalid_limit', 'limits[1]'],
    [{ name: 'k', expires: 'soon' }, 422, 'invalid_value', 'expires'],
    [{ name: 'k', accounts: ['nobody'] }, 404, 'account_not_found', 'accounts[0]'],
    [{ name: 'k', groups: ['nothing'] }, 404, 'account_not_found', 'groups[0]'],
    [{ name: 'k', secret: 'qk_mine' }, 422, 'invalid_body', 'secret'],
    [Buffer.from('{"name":"k\xff"}', 'latin1'), 422, 'invalid_body', undefined],
  ])('%o is %i %s, and names the field', async (body, status, code, field) => {
    const api = await givenApi()
    const reply = await api.post('/api/keys', body)
    expect([reply.status, reply.json.error.code, reply.json.error.field]).toEqual([status, code, field])
  })

  test('a second one of the name is 409', async () => {
    const api = await givenApi()
    await api.post('/api/keys', { name: 'k', user: null })
    expect((await api.post('/api/keys', { name: 'k' })).status).toBe(409)
  })
})

test('providers say what an account of each needs', async () => {
  const api = await givenApi()
  const { providers } = (await api.get('/api/providers')).json
  const of = (wanted: string) => providers.find(({ id }: { id: string }) => id === wanted)
  expect(of('custom')).toMatchObject({ needsBaseUrl: true, auth: ['api-key'] })
  expect(of('sandbox')).toMatchObject({ simulated: true, auth: ['none'] })
  expect(of('ollama')).toMatchObject({ needsBaseUrl: false, auth: ['none', 'api-key'] })
  expect(of('qwen-oauth')).toMatchObject({ auth: ['device'] })
  expect(of('qwen').endpoints.length).toBeGreaterThan(3)
})

test('models are listed with the accounts that have each, and how that is known', async () => {
  const api = await givenApi()
  const { id } = await added(api, { name: 'work', models: ['m1', 'm2'], groups: ['night'] })
  await added(api, { name: 'other', models: ['m2'] })
  const namesIn = ({ models }: { models: { model: string; accounts: { name: string }[] }[] }) =>
    models.map(({ model, accounts }) => [model, ...accounts.map(({ name }) => name).sort()])
  const { json } = await api.get('/api/models')
  expect(namesIn(json as never)).toEqual([
    ['m1', 'work'],
    ['m2', 'other', 'work'],
  ])
  expect(json.models[0].accounts[0]).toMatchObject({ id, enabled: true, source: 'configured', at: null })
  expect(namesIn((await api.get('/api/models?group=night')).json as never)).toEqual([
    ['m1', 'work'],
    ['m2', 'work'],
  ])
})

test('the proxy says what it is', async () => {
  const api = await givenApi()
  const { json } = await api.get('/api/proxy')
  expect(json).toMatchObject({ url: api.proxy.running.url, workers: 1, inFlight: 0, others: [] })
  expect((await api.get('/api')).json).toEqual({ name: 'qwenctl', version: json.version, user: null })
})

describe('settings', () => {
  test('are listed without the admin token, changed as a whole, and in force', async () => {
    const api = await givenApi()
    const changes = {
      'proxy.strategy': 'weighted',
      'proxy.allowHosts': ['a.example', 'b.example'],
      'proxy.port': 8080,
    }
    const { status, json, text } = await api.patch('/api/settings', changes)
    expect(status).toBe(200)
    const findValue = (key: string) => json.settings.find((row: { key: string }) => row.key === key)?.value
    expect(findValue('proxy.strategy')).toBe('weighted')
    expect(findValue('proxy.allowHosts')).toEqual(['a.example', 'b.example'])
    expect(await api.proxy.toolkit.settings.get('proxy.port')).toBe(8080)
    expect(text).not.toContain('adminToken')
    expect(text).not.toContain(api.token)
  })

  test.each([
    [{ 'proxy.port': 8080, 'proxy.strategy': 'best' }, 422, 'proxy.strategy'],
    [{ 'proxy.port': 8080, 'proxy.nothing': 1 }, 422, 'proxy.nothing'],
    [{ 'proxy.port': 8080, adminToken: 'mine' }, 422, 'adminToken'],
    [{ 'proxy.port': 8080, 'vault.kind': 'passphrase' }, 422, 'vault.kind'],
    [{ 'proxy.port': 8080, 'proxy.ca': '/etc/passwd' }, 403, 'proxy.ca'],
    [{ 'proxy.port': 8080, 'notify.command': 'rm -rf ~' }, 403, 'notify.command'],
    [{ 'proxy.port': { a: 1 } }, 422, 'proxy.port'],
    [Buffer.from('null'), 422, undefined],
  ])('%o is %i, says which, and changes nothing', async (body, status, field) => {
    const api = await givenApi()
    const reply = await api.patch('/api/settings', body)
    expect([reply.status, reply.json.error.field]).toEqual([status, field])
    expect(await api.proxy.toolkit.settings.get('proxy.port')).toBe(3000)
  })
})

test('what is not there is 404, another method 405 with what there is', async () => {
  const api = await givenApi()
  expect((await api.get('/api/nothing')).json.error.code).toBe('not_found')
  expect((await api.get('/api/accounts/')).status).toBe(404)
  expect((await api.get('/api/%')).status).toBe(404)
  const reply = await api.ask('PUT', '/api/accounts')
  expect(reply.json.error.code).toBe('method_not_allowed')
  expect(reply.headers.allow).toBe('GET, HEAD, POST')
  const head = await api.ask('HEAD', '/api/accounts')
  expect([head.status, head.text]).toEqual([200, ''])
})

describe('history', () => {
  test('tells what was done, of all accounts and of one, and answers like the toolkit', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const api = await givenApi({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    for (let count = 0; count < 3; count += 1) await api.proxy.chat()
    await api.proxy.quota()
    const { json } = await api.get('/api/history?hours=48&per=hour&by=account')
    expect(json).toMatchObject({
      per: 'hour',
      by: 'account',
      totals: { requests: 3, succeeded: 3, inputTokens: 21 },
    })
    expect((await api.get('/api/history?days=7&by=model')).json.rows).toMatchObject([
      { key: 'm1', requests: 3 },
    ])
    const [first] = (await api.get('/api/accounts')).json.accounts
    const one = await api.get(`/api/accounts/${first?.id}/stats?hours=24`)
    expect(one.json).toMatchObject({ account: { id: first?.id }, per: 'hour', totals: { requests: 3 } })
    expect((await api.get('/api/accounts/all/stats?days=7')).json).toMatchObject({
      account: null,
      per: 'day',
      totals: { requests: 3 },
    })
  })

  test.each([
    ['/api/history?days=0', 400, 'invalid_value'],
    ['/api/history?days=7&hours=5', 400, 'invalid_value'],
    ['/api/history?days=many', 400, 'invalid_value'],
    ['/api/history?by=colour', 400, 'invalid_value'],
    ['/api/history?account=nobody', 404, 'account_not_found'],
    ['/api/accounts/acc_0000000000000000/stats', 404, 'account_not_found'],
  ])('%s is %i', async (path, status, code) => {
    const api = await givenApi()
    const reply = await api.get(path)
    expect([reply.status, reply.json.error.code]).toEqual([status, code])
  })
})

test('explain says which account is asked next, and why no other', async () => {
  const api = await givenApi()
  await added(api, { name: 'on' })
  const { id } = await added(api, { name: 'off' })
  await api.post(`/api/accounts/${id}/disable`)
  const { json } = await api.get('/api/explain?model=m1&dialect=openai&group=')
  expect(json.accounts).toMatchObject([
    { name: 'on', verdict: 'next', place: 1 },
    { name: 'off', verdict: 'refused', reason: { code: 'disabled' } },
  ])
  expect((await api.get('/api/explain?account=nobody')).status).toBe(404)
  expect((await api.get('/api/explain?dialect=latin')).status).toBe(400)
})
