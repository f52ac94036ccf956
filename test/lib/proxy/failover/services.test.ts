import { expect, test } from 'vitest'
import { ControlledStream, givenUpstream, json, reset } from '../../../support/servers/fake-upstream.ts'
import type { GivenAccount } from '../../../support/servers/proxy-harness.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const account = (name: string, more: Partial<GivenAccount> = {}): GivenAccount => ({
  name,
  provider: 'http',
  service: 'cloudconvert',
  ...more,
})

async function givenService(...accounts: GivenAccount[]) {
  const upstream = await givenUpstream()
  upstream.always(json(200, { choices: [] }))
  const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
  return { upstream, proxy }
}

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
  '%s passes to the service as it came',
  async (method) => {
    const { upstream, proxy } = await givenService(account('a', { authHeader: 'X-Token: key {key}' }))
    upstream.next(json(201, { id: 1 }))
    const body = method === 'GET' ? {} : { body: { task: 'convert' } }
    const path = '/services/cloudconvert/jobs/1?include=tasks'
    const reply = await proxy.ask(method, path, { ...body, headers: { 'x-token': 'of the client' } })
    expect(reply).toMatchObject({ status: 201, json: { id: 1 } })
    expect(upstream.last).toMatchObject({ method, path: '/v1/jobs/1?include=tasks' })
    expect(upstream.last.headers['x-token']).toBe(`key ${makeKey('a')}`)
    const { a } = await proxy.quota()
    expect(a?.today).toMatchObject({ requests: 1, succeeded: 1 })
  },
)

test('a WebSocket is refused before the service sees a request', async () => {
  const { upstream, proxy } = await givenService(account('a'))
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
  const reply = await proxy.ask('GET', '/services/cloudconvert/live', { headers })
  expect(reply).toMatchObject({ status: 426, headers: { 'x-qwenctl-error': 'upgrade_refused' } })
  expect(upstream.requests).toHaveLength(0)
})

test.each([301, 304, 400, 403, 404, 422])(
  'the answer %i is for the client, and costs no account its place',
  async (status) => {
    const { upstream, proxy } = await givenService(account('a'), account('b'))
    upstream.next(json(status, { code: 'own' }, { location: '/elsewhere' }))
    const reply = await proxy.get('/services/cloudconvert/x')
    expect(reply.status).toBe(status)
    expect(upstream.requests).toHaveLength(1)
    expect((await proxy.quota()).a?.status).toBe('ready')
  },
)

test.each([
  ['', '/jobs/7?a=1%2F2#end', '/jobs/7?a=1%2F2#end'],
  ['BASE', '', '/'],
  ['BASE', '/jobs/7?a=1', '/jobs/7?a=1'],
])('an address below the base URL comes back as a path of the proxy: %s%s', async (start, below, own) => {
  const { upstream, proxy } = await givenService(account('a'))
  const base = start === '' ? new URL(upstream.baseUrl).pathname : upstream.baseUrl
  upstream.next(json(201, { id: 7 }, { location: `${base}${below}`, 'content-location': `${base}${below}` }))
  upstream.next(json(302, {}, { location: `${base}${below}` }))
  for (const method of ['POST', 'GET']) {
    const reply = await proxy.ask(method, '/services/cloudconvert/jobs', method === 'GET' ? {} : { body: {} })
    expect(reply.headers.location).toBe(`/services/cloudconvert${own}`)
  }
  const followed = await proxy.get(`/services/cloudconvert${own.replace('#end', '')}`)
  expect(followed.status).toBe(200)
  expect(upstream.last.path).toBe(`/v1${own.replace('#end', '')}`)
})

test.each([
  ['/v10/jobs/7', '/v10/jobs/7'],
  ['/api/accounts?a=1#end', '/api/accounts?a=1#end'],
  ['/v1/../api/accounts', '/api/accounts'],
  ['../jobs/7', '/jobs/7'],
  ['%2E./../api/accounts', '/api/accounts'],
  ['http:/api/keys', '/api/keys'],
  ['.\t./.\t./api/accounts', '/api/accounts'],
  ['\\\\api\\accounts', null],
  ['\\api\\accounts', '/api/accounts'],
])('the address %s names no path of the proxy', async (location, own) => {
  const { upstream, proxy } = await givenService(account('a'))
  upstream.next(json(307, {}, { location, 'content-location': location }))
  const { headers } = await proxy.get('/services/cloudconvert/jobs')
  const address = own === null ? 'http://api/accounts' : `${new URL(upstream.baseUrl).origin}${own}`
  expect([headers.location, headers['content-location']]).toEqual([address, address])
})

test('an address below the base URL that is relative to the parent folder comes back as a path of the proxy', async () => {
  const { upstream, proxy } = await givenService(account('a'))
  upstream.next(json(303, {}, { location: '../7?a=1' }))
  const { headers } = await proxy.get('/services/cloudconvert/jobs/new/form')
  expect(headers.location).toBe('/services/cloudconvert/jobs/7?a=1')
})

test.each(['https://files.example.com/v1/jobs/7', '7', 'http://', 'urn:jobs:7'])(
  'the address %s stays as it came',
  async (location) => {
    const { upstream, proxy } = await givenService(account('a'))
    upstream.next(json(303, {}, { location }))
    expect((await proxy.get('/services/cloudconvert/jobs')).headers.location).toBe(location)
  },
)

test.each(['GET', 'POST'])(
  '%s fails over after 429, and the account has the cooldown that the service stated',
  async (method) => {
    const { upstream, proxy } = await givenService(
      account('a', { priority: 0 }),
      account('b', { priority: 1 }),
    )
    upstream.nextFor(makeKey('a'), json(429, {}, { 'retry-after': '40' }))
    const reply = await proxy.ask(method, '/services/cloudconvert/x', method === 'GET' ? {} : { body: {} })
    expect(reply.headers['x-qwenctl-account']).toBe('b')
    expect((await proxy.quota()).a?.status).toBe('cooling')
  },
)

test.each([
  ['GET', json(503, {}), 2],
  ['GET', reset, 2],
  ['POST', json(503, {}), 1],
  ['POST', reset, 1],
])('after a failure that may have acted, %s is sent %#', async (method, failure, sends) => {
  const { upstream, proxy } = await givenService(account('a', { priority: 0 }), account('b', { priority: 1 }))
  upstream.nextFor(makeKey('a'), failure)
  const reply = await proxy.ask(method, '/services/cloudconvert/x', method === 'GET' ? {} : { body: {} })
  expect(reply.status === 200).toBe(sends === 2)
  expect(upstream.requests).toHaveLength(sends)
})

test('limits hold, and the last answer says when to come back', async () => {
  const { proxy } = await givenService(account('a', { limits: ['1/day'] }))
  expect((await proxy.get('/services/cloudconvert/x')).status).toBe(200)
  const reply = await proxy.get('/services/cloudconvert/x')
  expect(reply.status).toBe(429)
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
})

test.each(['/services/cloudconvert/../admin', '/services/cloudconvert/a/%2e%2E/b', '/services/other/x'])(
  '%s reaches no upstream',
  async (path) => {
    const { upstream, proxy } = await givenService(account('a'))
    const answer = await proxy.raw(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(upstream.requests).toHaveLength(0)
  },
)

test('accounts of services never serve models, nor accounts of models services', async () => {
  const { upstream, proxy } = await givenService(account('a'), { name: 'm', provider: 'custom' })
  await proxy.chat()
  expect(upstream.last.headers.authorization).toBe(`Bearer ${makeKey('m')}`)
  await proxy.get('/services/cloudconvert/x')
  expect(upstream.last.key).toBe(makeKey('a'))
})

test('services side by side keep their accounts, and none is asked for its models', async () => {
  const { upstream, proxy } = await givenService(account('a'), account('b', { service: 'drive' }))
  for (const [service, name] of [
    ['cloudconvert', 'a'],
    ['drive', 'b'],
    ['cloudconvert', 'a'],
    ['drive', 'b'],
  ] as const) {
    await proxy.get(`/services/${service}/x`)
    expect(upstream.last.key).toBe(makeKey(name))
  }
  await proxy.get('/v1/models')
  expect(upstream.requests).toHaveLength(4)
})

test('a stream reaches the client as it comes, byte for byte', async () => {
  const { upstream, proxy } = await givenService(account('a'))
  const stream = new ControlledStream()
  upstream.next(stream.answer)
  const open = await proxy.open('/services/cloudconvert/listen', { body: {} })
  stream.send('data: one\n\n')
  await open.sees('data: one')
  stream.end('data: {"error": "of the service"}\n\n')
  const { text, isCut } = await open.whole()
  expect({ text, isCut }).toEqual({
    text: 'data: one\n\ndata: {"error": "of the service"}\n\n',
    isCut: false,
  })
})

test('a file passes with every byte, its byte order mark too', async () => {
  const { upstream, proxy } = await givenService(account('a'))
  const body = Buffer.from([0xef, 0xbb, 0xbf, 0, 255, 10, 13])
  await proxy.ask('PUT', '/services/cloudconvert/file', { body, headers: { 'content-type': 'text/csv' } })
  expect(upstream.last.body).toEqual(body)
  await proxy.get('/services/cloudconvert/file')
  expect(upstream.last.headers['content-length']).toBeUndefined()
})

test('the Authorization of the client never reaches the service', async () => {
  const { upstream, proxy } = await givenService(account('a'))
  await proxy.get('/services/cloudconvert/x', { authorization: 'Bearer of-the-client', cookie: 'a=b' })
  expect(upstream.last.headers.authorization).toBe(`Bearer ${makeKey('a')}`)
  expect(JSON.stringify(upstream.last.rawHeaders)).not.toMatch(/of-the-client|cookie/i)
})

test('a proxy with services alone is ready', async () => {
  const { proxy } = await givenService(account('a'))
  expect((await proxy.get('/ready')).status).toBe(200)
})

test('a client key reaches the services of its user and its accounts alone', async () => {
  const { upstream, proxy } = await givenService(
    account('a'),
    account('b', { service: 'drive' }),
    account('c', { user: 'ann', service: 'hers' }),
  )
  const { secret } = await proxy.toolkit.keys.create({ name: 'k', user: 'local', accounts: ['a'] })
  const headers = { authorization: `Bearer ${secret}` }
  await expect.poll(async () => (await proxy.get('/services/cloudconvert/x')).status).toBe(401)
  expect((await proxy.get('/services/cloudconvert/x', headers)).status).toBe(200)
  const sent = upstream.requests.length
  for (const service of ['drive', 'hers', 'none']) {
    const reply = await proxy.get(`/services/${service}/x`, headers)
    expect([reply.status, reply.headers['x-qwenctl-error']]).toEqual([404, 'route_not_served'])
    expect(reply.text).toContain(`no account has the service ${service}`)
  }
  expect(upstream.requests).toHaveLength(sent)
})

test('a key of a service cannot be checked, and a base URL of cloud metadata is refused', async () => {
  const { upstream, proxy } = await givenService(account('a'))
  const { accounts } = proxy.toolkit
  expect(await accounts.verify('a')).toMatchObject({ result: 'unchecked' })
  expect(upstream.requests).toHaveLength(0)
  const wanted = { name: 'x', provider: 'http', service: 's', secret: makeKey('x') }
  await expect(accounts.add({ ...wanted, baseUrl: 'http://169.254.169.254/' })).rejects.toThrow('metadata')
  await expect(accounts.add({ ...wanted, baseUrl: upstream.baseUrl, authHeader: 'no key' })).rejects.toThrow(
    '--auth-header',
  )
})
