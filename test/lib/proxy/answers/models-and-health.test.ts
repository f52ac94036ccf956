import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, hang, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const list = (...ids: string[]) =>
  json(200, { object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 1_700_000_000 })) })

describe('/v1/models', () => {
  test('is the union over the enabled accounts, each place asked once', async () => {
    const first = await givenUpstream()
    first.next(list('m1', 'shared'))
    const second = await givenUpstream()
    second.next(list('shared', 'm2'))
    const proxy = await givenProxy({
      accounts: [
        { name: 'a', baseUrl: first.baseUrl },
        { name: 'same-place', baseUrl: first.baseUrl },
        { name: 'b', provider: 'qwen', baseUrl: second.baseUrl },
        { name: 'named', models: ['only-this'], baseUrl: first.baseUrl },
        { name: 's', provider: 'sandbox' },
      ],
    })
    const reply = await proxy.get('/v1/models', { authorization: 'Bearer qk_client' })
    expect(reply.status).toBe(200)
    expect(reply.json.object).toBe('list')
    expect(reply.json.data.map(({ id, owned_by }) => `${owned_by}/${id}`)).toEqual([
      'custom/m1',
      'custom/shared',
      'qwen/m2',
      'custom/only-this',
      'sandbox/sandbox-small',
      'sandbox/sandbox-large',
    ])
    expect(reply.json.data[0]).toEqual({
      id: 'm1',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'custom',
    })
    expect(first.last).toMatchObject({ method: 'GET', path: '/v1/models', key: makeKey('a') })
    await proxy.get('/models') // remembered: the upstreams would refuse a second request
    const { a } = await proxy.quota()
    expect(a?.today.requests).toBe(0)
  })

  test.each([1e300, -1, 9e15, null, 'soon', {}])(
    'takes a model with the time %o, for every client',
    async (created) => {
      const upstream = await givenUpstream()
      upstream.always(json(200, { data: [{ id: 'm1', created, created_at: created }] }))
      const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
      const anthropic = await proxy.get('/v1/models', { 'anthropic-version': '2023-06-01' })
      expect([anthropic.status, anthropic.json.data]).toMatchObject([
        200,
        [{ id: 'm1', created_at: '1970-01-01T00:00:00.000Z' }],
      ])
      expect((await proxy.get('/v1/models')).json.data).toMatchObject([{ id: 'm1', created: 0 }])
    },
  )

  test('has the shape of Anthropic where the client sends its version', async () => {
    const upstream = await givenUpstream()
    upstream.next(list('m1', 'm2'))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.get('/v1/models', { 'anthropic-version': '2023-06-01' })
    expect(reply.json).toEqual({
      data: ['m1', 'm2'].map((id) => ({
        type: 'model',
        id,
        display_name: id,
        created_at: '2023-11-14T22:13:20.000Z',
      })),
      has_more: false,
      first_id: 'm1',
      last_id: 'm2',
    })
  })

  test('keeps the day of a model that Anthropic lists, in either shape', async () => {
    const upstream = await givenUpstream()
    const created_at = '2025-09-29T00:00:00Z'
    upstream.always(
      json(200, {
        data: [
          { type: 'model', id: 'claude', created_at },
          { id: 'old', created_at: 'odd' },
        ],
      }),
    )
    const accounts = [{ name: 'a', provider: 'anthropic' }]
    const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
    const openai = await proxy.get('/v1/models')
    expect(openai.json.data).toMatchObject([
      { id: 'claude', created: Date.parse(created_at) / 1000 },
      { created: 0 },
    ])
    const anthropic = await proxy.get('/v1/models/claude', { 'anthropic-version': '2023-06-01' })
    expect(anthropic.json).toMatchObject({ id: 'claude', created_at: '2025-09-29T00:00:00.000Z' })
  })

  test('leaves out an upstream that hangs or answers nonsense, and answers all the same', async () => {
    const hanging = await givenUpstream()
    hanging.always(hang)
    const odd = await givenUpstream()
    odd.always(json(200, { data: [{ id: 7 }, null, { id: 'odd' }] }))
    const good = await givenUpstream()
    good.always(list('m1'))
    const proxy = await givenProxy({
      accounts: [hanging, odd, good].map(({ baseUrl }, index) => ({ name: `a${index}`, baseUrl })),
    })
    const reply = await proxy.get('/v1/models')
    expect(reply.json.data.map(({ id }) => id)).toEqual(['odd', 'm1'])
  })

  test.each([
    ['/v1/models/m1', 200],
    ['/v1/models/maker%2Fname', 200],
    ['/v1/models/maker/name', 200],
    ['/v1/models/custom/m1', 200],
    ['/v1/models/custom/maker/name', 200],
    ['/v1/models/openai/m1', 404],
    ['/v1/models/nothing', 404],
    ['/v1/models/%zz', 400],
  ])('of %s answers %i', async (path, status) => {
    const upstream = await givenUpstream()
    upstream.always(list('m1', 'maker/name'))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.get(path)
    expect(reply.status).toBe(status)
    if (status === 200) expect(reply.json).toMatchObject({ object: 'model', owned_by: 'custom' })
    if (status === 404) expect(reply.json.error.code).toBe('model_not_found')
  })
})

describe('/health and /ready', () => {
  test('health is up without accounts and names none', async () => {
    const proxy = await givenProxy({ accounts: [{ name: 'secret-name', baseUrl: 'http://127.0.0.1:9/v1' }] })
    const reply = await proxy.get('/health')
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{"status":"ok"}')
    expect((await proxy.ask('HEAD', '/health')).status).toBe(200)
  })

  test('ready is 200 while an account can serve, 503 with the time of return when none can', async () => {
    const noon = Date.parse('2026-11-22T12:00:00.000Z')
    const upstream = await givenUpstream()
    upstream.next(chat())
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['1/day'] }],
      baseUrl: upstream.baseUrl,
      clock: () => noon,
    })
    expect(await proxy.get('/ready')).toMatchObject({ status: 200, json: { status: 'ready' } })
    await proxy.chat()
    expect(await proxy.get('/ready')).toMatchObject({
      status: 503,
      json: { status: 'unavailable', availableAt: '2026-11-23T00:00:00.000Z' },
    })
  })

  test('ready is 503 without a time when there is no account at all', async () => {
    const proxy = await givenProxy({})
    expect(await proxy.get('/ready')).toMatchObject({ status: 503, json: { availableAt: null } })
  })
})

describe('paths and methods', () => {
  test.each([
    ['GET', '/v1/chat/completions', 405, 'POST'],
    ['PUT', '/v1/messages', 405, 'POST'],
    ['POST', '/v1/models', 405, 'GET, HEAD'],
    ['DELETE', '/health', 405, 'GET, HEAD'],
    ['GET', '/', 404, undefined],
    ['GET', '/v1/../health', 404, undefined],
    ['GET', '/v1/v1/chat/completions/', 405, 'POST'],
    ['POST', '/v1/chat/completions/x', 404, undefined],
    ['OPTIONS', '/v1/nothing', 404, undefined],
  ])('%s %s answers %i', async (method, path, status, allow) => {
    const proxy = await givenProxy({})
    const reply = await proxy.ask(method, path)
    expect(reply.status).toBe(status)
    expect(reply.headers.allow).toBe(allow)
    expect(reply.json.error.code).toBe(status === 405 ? 'method_not_allowed' : 'not_found')
  })

  test('when a client of the Anthropic dialect asks for nothing there is, it reads so in its envelope', async () => {
    const proxy = await givenProxy({})
    const reply = await proxy.get('/v1/messages/nothing')
    expect(reply.json).toMatchObject({ type: 'error', error: { type: 'not_found_error', code: 'not_found' } })
  })

  test.each([[{ host: 'evil.example' }], [{ host: '127.0.0.1', origin: 'https://evil.example' }]])(
    'when a foreign web page asks with %o, it is refused',
    async (headers) => {
      const upstream = await givenUpstream()
      const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
      const reply = await proxy.chat({}, headers)
      expect(reply.status).toBe(403)
      expect(reply.json.error.code).toBe('forbidden_host')
    },
  )
})

test.each(['/v1/nothing', '/nothing'])(
  'at a path that is none, %s, the answer names it as it was asked for, without what may be a key',
  async (path) => {
    const proxy = await givenProxy({})
    const { status, json } = await proxy.post(`${path}?key=sk-1`, {})
    expect([status, json.error.code]).toEqual([404, 'not_found'])
    expect(json.error.message).toContain(`there is nothing at POST ${path};`)
    expect(json.error.message).not.toContain('sk-1')
  },
)
