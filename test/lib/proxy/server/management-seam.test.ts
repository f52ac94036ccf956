import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { ManagementFacts, ManagementHandler } from '../../../../src/lib/proxy/server/management-seam.ts'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, until } from '../../../support/servers/proxy-harness.ts'

/** Answers with what it was asked. */
const echo: ManagementHandler = (req: IncomingMessage, res: ServerResponse, facts: ManagementFacts) => {
  let body = ''
  req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  req.on('end', () => {
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ method: req.method, url: req.url, body, facts }))
  })
}

describe('with a handler for management', () => {
  test.each([
    '/',
    '/?x=1',
    '/api',
    '/api/accounts?user=local',
    '/assets/page.js',
    '/main-ABCD1234.js',
    '/favicon.ico',
  ])('GET %s goes to it', async (path) => {
    const proxy = await givenProxy({ settings: { management: echo } })
    const reply = await proxy.get(path)
    expect(reply.json).toMatchObject({ method: 'GET', url: path, body: '' })
    expect(reply.json.facts).toEqual({
      requestId: reply.headers['x-request-id'],
      remoteAddress: '127.0.0.1',
    })
  })

  test.each(['GET', 'HEAD'])('%s /api/hello of Claude Code does not, and needs no key', async (method) => {
    const proxy = await givenProxy({ settings: { management: echo } })
    await proxy.toolkit.keys.create({ name: 'ci' })
    const reply = await proxy.ask(method, '/api/hello')
    expect(reply.status).toBe(200)
    expect(reply.text).toBe(method === 'GET' ? '{"message":"hello"}' : '')
  })

  test('bodies of any size arrive whole, and the connection stays usable', async () => {
    const proxy = await givenProxy({ settings: { management: echo } })
    for (const body of ['x'.repeat(3 << 20), '{}']) {
      const reply = await proxy.post('/api/accounts', body)
      expect(reply.json.body === body).toBe(true)
    }
    expect((await proxy.get('/health')).status).toBe(200)
  })

  test.each(['/v1/api/accounts', '/apiary', '/assets', '/v1/', '/api.json', '/v1/main.js', '/a/main.js'])(
    '%s is not for it',
    async (path) => {
      const proxy = await givenProxy({ settings: { management: echo } })
      expect((await proxy.get(path)).status).toBe(404)
    },
  )

  test('a foreign Host or Origin does not reach it', async () => {
    const proxy = await givenProxy({ settings: { management: echo } })
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }] as Record<
      string,
      string
    >[]) {
      const reply = await proxy.get('/api/accounts', headers)
      expect(reply.status).toBe(403)
      expect(reply.json.error.code).toBe('forbidden_host')
    }
  })

  test('it asks for no client key of its own, where clients need one', async () => {
    const proxy = await givenProxy({ settings: { management: echo } })
    await proxy.toolkit.keys.create({ name: 'one' })
    await until(async () => (await proxy.get('/v1/models')).status === 401)
    expect((await proxy.get('/api/accounts')).status).toBe(200)
  })

  test('an event stream neither counts as a request under way nor holds up the end', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const events: ManagementHandler = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: first\n\n')
    }
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }],
      baseUrl: upstream.baseUrl,
      settings: { management: events },
    })
    const stream = await proxy.open('/api/events', { method: 'GET' })
    await stream.sees('first')
    expect(proxy.running.inFlight).toBe(0)
    expect((await proxy.chat()).status).toBe(200)
    await proxy.running.stop(30_000)
    expect((await stream.whole()).isCut).toBe(true)
  })

  test('when it throws, the client gets an error and the trouble is reported', async () => {
    const proxy = await givenProxy({
      settings: {
        management: () => {
          throw new Error('out of order')
        },
      },
      troubles: /out of order/,
    })
    expect((await proxy.get('/api')).status).toBe(500)
  })
})

test('without a handler for management its paths are not there', async () => {
  const proxy = await givenProxy({})
  for (const path of ['/', '/api/accounts', '/assets/x.js']) expect((await proxy.get(path)).status).toBe(404)
})
