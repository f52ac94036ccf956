import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { LogEntry } from '../../../../src/lib/observe/logs/log-filter.ts'
import type { ProxySettings } from '../../../../src/lib/proxy/start-proxy.ts'
import {
  ControlledStream,
  DONE,
  HeldRequest,
  STOP,
  USAGE_CHUNK,
  chat,
  delta,
  events,
  givenUpstream,
  json,
} from '../../../support/servers/fake-upstream.ts'
import { logEntries, logText } from '../../../support/given-observer.ts'
import { QUESTION, givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import type { GivenAccount, TestProxy } from '../../../support/servers/proxy-harness.ts'

const observe: NonNullable<ProxySettings['observe']> = {
  level: 'debug',
  maxLogBytes: 16 << 20,
  countsMetrics: true,
  env: {},
}

async function givenObservedProxy(
  accounts: GivenAccount[],
  baseUrl: string,
  settings: Partial<ProxySettings> = {},
): Promise<TestProxy> {
  return givenProxy({ accounts, baseUrl, settings: { observe, ...settings } })
}

/** The log lines of requests, once so many are over. */
async function loggedRequests(proxy: TestProxy, count = 1): Promise<LogEntry[]> {
  const requests = () => logged(proxy).filter(({ kind }) => kind === 'request')
  await until(
    () => requests().length >= count,
    () => proxy.running.observer.flushSync(),
  )
  return requests()
}

const logged = (proxy: TestProxy): LogEntry[] => logEntries(join(proxy.home, 'logs'))

describe('when requests are observed', () => {
  test('one that is answered is logged with its account, tokens and sizes, and without a word of it', async () => {
    const upstream = await givenUpstream()
    upstream.next(chat('a secret answer'))
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    const body = { ...QUESTION, messages: [{ role: 'user', content: 'a secret question' }] }
    const reply = await proxy.post('/v1/chat/completions?private=query', body, { 'x-other': 'secret header' })
    const [entry] = await loggedRequests(proxy)
    expect(entry).toMatchObject({
      level: 'info',
      requestId: reply.headers['x-request-id'],
      clientKey: null,
      clientKeyId: null,
      onlyUser: null,
      method: 'POST',
      route: '/v1/chat/completions',
      dialect: 'openai',
      model: 'm1',
      stream: false,
      status: 200,
      outcome: 'ok',
      message: null,
      user: 'local',
      provider: 'custom',
      account: 'a',
      attempts: 1,
      tried: ['custom/a ok'],
      inputTokens: 7,
      outputTokens: 3,
      costUsd: null,
      bytesIn: JSON.stringify(body).length,
      bytesOut: reply.body.length,
      clientGone: false,
    })
    expect(logText(join(proxy.home, 'logs'))).not.toMatch(/secret|private/)
  })

  test('one that continues at another account is logged with both attempts, the rotation and the rest', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(429, { error: { message: 'slow down' } }, { 'retry-after': '30' }))
    upstream.nextFor(makeKey('b'), chat())
    const proxy = await givenObservedProxy([{ name: 'a' }, { name: 'b' }], upstream.baseUrl)
    await proxy.chat()
    const [entry] = await loggedRequests(proxy)
    expect(entry).toMatchObject({
      outcome: 'ok',
      account: 'b',
      attempts: 2,
      tried: ['custom/a rate-short', 'custom/b ok'],
    })
    const all = logged(proxy)
    expect(all.find(({ kind }) => kind === 'rotation')).toMatchObject({
      account: 'a',
      outcome: 'rate-short',
      status: 429,
      message: 'slow down',
      next: 'custom/b',
    })
    expect(all.find(({ kind }) => kind === 'cooldown')).toMatchObject({
      account: 'a',
      rests: 'account',
      model: 'm1',
      reason: 'rate-short',
    })
  })

  test('a stream is logged when it is over, with what was sent of it', async () => {
    const upstream = await givenUpstream()
    upstream.next(events(delta('one'), STOP, USAGE_CHUNK, DONE))
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    const reply = await (await proxy.stream()).whole()
    expect(await loggedRequests(proxy)).toMatchObject([
      {
        stream: true,
        status: 200,
        outcome: 'ok',
        inputTokens: 7,
        outputTokens: 3,
        bytesOut: reply.body.length,
      },
    ])
  })

  test('one that its client leaves is logged as such', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one'))
    const reply = await opening
    await reply.sees('one')
    reply.leave()
    expect(await loggedRequests(proxy)).toMatchObject([
      { outcome: 'aborted', account: 'a', clientGone: true, status: 200 },
    ])
  })

  test('one that its client leaves before there is an answer is logged once', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    upstream.next(chat('served'))
    await proxy.chat()
    const held = new HeldRequest()
    upstream.next(held.answer)
    const leaving = connect(proxy.running.port, '127.0.0.1')
    const body = JSON.stringify(QUESTION)
    leaving.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await held.arrived
    leaving.destroy()
    await held.left
    upstream.next(chat('served'))
    await proxy.chat()
    expect(await loggedRequests(proxy, 3)).toMatchObject([
      { outcome: 'ok' },
      { outcome: 'aborted', clientGone: true },
      { outcome: 'ok' },
    ])
  })

  test('a stream that breaks off upstream is not blamed on the client', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one'))
    const reply = await opening
    await reply.sees('one')
    live.reset()
    await reply.whole()
    expect(await loggedRequests(proxy)).toMatchObject([{ outcome: 'lost', clientGone: false }])
  })

  test.each([
    ['no JSON', 'POST', '/v1/chat/completions', '{', 'invalid_request', '/v1/chat/completions', 400],
    ['no such path', 'GET', '/v1/private-path', undefined, 'not_found', '*', 404],
    [
      'a path for pictures of its own',
      'POST',
      '/v1/images/mine',
      '{',
      'invalid_request',
      '/v1/images/*',
      400,
    ],
  ])(
    'one that the proxy refuses, with %s, is logged with the code it got',
    async (_, method, path, body, ...told) => {
      const upstream = await givenUpstream()
      const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
      await proxy.ask(method, path, body === undefined ? {} : { body })
      const [outcome, route, status] = told
      expect(await loggedRequests(proxy)).toMatchObject([
        { outcome, route, status, account: null, attempts: 0, tried: [], clientGone: false },
      ])
    },
  )

  test('health, readiness and metrics are not logged', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenObservedProxy([{ name: 'a', models: ['m1'] }], upstream.baseUrl)
    for (const path of ['/health', '/ready', '/metrics', '/v1/models/none']) await proxy.get(path)
    expect(await loggedRequests(proxy)).toMatchObject([{ route: '/v1/models', outcome: 'model_not_found' }])
  })

  test('the start and the end are logged', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    await proxy.running.stop(0)
    expect(logged(proxy)).toMatchObject([
      { kind: 'started', url: proxy.running.url, accounts: 1, strategy: 'fill-first' },
      { kind: 'stopped' },
    ])
  })
})

test('with a receiver of traces, a request is a span that continues the client’s trace, of which the upstream learns nothing', async () => {
  let sent = ''
  const receiver = createServer((req, res) => {
    req.setEncoding('utf8').on('data', (part: string) => (sent += part))
    req.on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const { port } = receiver.address() as AddressInfo
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
  const upstream = await givenUpstream()
  upstream.next(chat())
  const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl, {
    observe: { level: 'off', maxLogBytes: 0, countsMetrics: false, env },
  })
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  await proxy.chat({}, { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'a=b' })
  await proxy.running.stop(0)
  expect(sent).toContain(traceId)
  expect(sent).toContain('POST /v1/chat/completions')
  expect(sent).toContain('chat m1')
  expect(sent).not.toContain('"hi"')
  expect(Object.keys(upstream.last.headers).filter((name) => name.startsWith('trace'))).toEqual([])
})

describe('GET /metrics', () => {
  test('counts requests, tries and tokens, and says what is left of limits', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenObservedProxy([{ name: 'a', limits: ['5/day'] }], upstream.baseUrl)
    await proxy.chat()
    await loggedRequests(proxy)
    const { text, headers } = await proxy.get('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    const who = 'user="local",provider="custom",account="a"'
    expect(text).toContain(`qwenctl_requests_total{${who},model="m1",outcome="ok"} 1`)
    expect(text).toContain(`qwenctl_tokens_total{${who},model="m1",type="input"} 7`)
    expect(text).toContain(`qwenctl_limit_remaining{${who},metric="requests",window="day"} 4`)
    expect(text).toContain('qwenctl_requests_in_flight 0') // the client is not part of it
  })

  const hasPromtool = spawnSync('promtool', ['--version']).status === 0
  test.skipIf(!hasPromtool)('is what promtool accepts (where promtool is installed)', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenObservedProxy([{ name: 'a', limits: ['5/day'] }], upstream.baseUrl)
    await proxy.chat()
    const { text } = await proxy.get('/metrics')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    })
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
  })

  test('on loopback is open, also where clients need a key', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl)
    await proxy.toolkit.keys.create({ name: 'app' })
    await until(async () => (await proxy.chat()).status === 401)
    expect((await proxy.get('/metrics')).status).toBe(200)
  })

  test('on any other address takes a client key, or a token of the administrator', async () => {
    const upstream = await givenUpstream()
    const accounts = [{ name: 'a', groups: ['night'] }, { name: 'b' }]
    const { home, toolkit } = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
    const { secret } = await toolkit.keys.create({ name: 'app' })
    const some = await toolkit.keys.create({ name: 'some', groups: ['night'] })
    const others = await toolkit.keys.create({ name: 'others', user: 'bob' })
    // No loopback address as it is written, though no other machine can reach it.
    const settings = {
      observe,
      host: '::ffff:127.0.0.1',
      isAdmin: (presented: string | null) => presented === 'me',
    }
    const proxy = await givenProxy({ home, settings })
    const statusFor = async (headers: Record<string, string>) => (await proxy.get('/metrics', headers)).status
    expect(await statusFor({})).toBe(401)
    expect(await statusFor({ authorization: 'Bearer wrong' })).toBe(401)
    expect(await statusFor({ authorization: `Bearer ${secret}` })).toBe(200)
    expect(await statusFor({ authorization: 'Bearer me' })).toBe(200)
    // The answer names all accounts.
    expect(await statusFor({ authorization: `Bearer ${some.secret}` })).toBe(403)
    expect(await statusFor({ authorization: `Bearer ${others.secret}` })).toBe(403)
  })

  test('where they are turned off, is not there', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenObservedProxy([{ name: 'a' }], upstream.baseUrl, {
      observe: { ...observe, countsMetrics: false },
    })
    const reply = await proxy.get('/metrics')
    expect(reply.status).toBe(404)
    expect(reply.json.error.code).toBe('not_found')
  })
})

test('without a receiver, nothing is written and no request is logged', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat())
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  expect(proxy.running.observer.isOn).toBe(false)
  await proxy.chat()
  expect(logText(join(proxy.home, 'logs'))).toBe('')
})
