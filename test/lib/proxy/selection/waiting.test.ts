import { describe, expect, test } from 'vitest'
import {
  chat,
  delta,
  DONE,
  events,
  givenUpstream,
  json,
  STOP,
  USAGE_CHUNK,
} from '../../../support/servers/fake-upstream.ts'
import type { FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, QUESTION, until } from '../../../support/servers/proxy-harness.ts'
import type { GivenProxy, TestProxy } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')

interface Scene {
  upstream: FakeUpstream
  proxy: TestProxy
  pass: (ms: number) => void
  /** Sends one more request, and resolves once it waits. */
  queued: (user?: string, headers?: Record<string, string>) => Promise<ReturnType<TestProxy['chat']>[]>
}

/** An account with one request in ten seconds, which is used up. */
async function given(settings: string, more: Partial<GivenProxy> = {}): Promise<Scene> {
  const upstream = await givenUpstream()
  upstream.always(chat())
  let now = NOON
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['1/10s'] }],
    baseUrl: upstream.baseUrl,
    clock: () => now,
    config: `proxy:\n${settings
      .split(',')
      .map((line) => `  ${line.trim()}\n`)
      .join('')}`,
    ...more,
  })
  expect((await proxy.chat({ user: 'first' })).status).toBe(200)
  return {
    upstream,
    proxy,
    pass: (ms) => (now += ms),
    queued: async (user = 'x', headers = {}) => {
      const before = proxy.running.waiting
      const asking = proxy.chat({ user }, headers)
      await until(() => proxy.running.waiting === before + 1)
      return [asking]
    },
  }
}

const usersSeen = ({ requests }: FakeUpstream) =>
  requests.map(({ body }) => (JSON.parse(body.toString('utf8')) as { user: string }).user)

describe('when every account is out and one returns within the time', () => {
  test('the request waits for it, and is answered as if nothing had been', async () => {
    const { upstream, proxy, pass, queued } = await given('wait: 30s')
    const [asking] = await queued()
    expect(upstream.count()).toBe(1)
    pass(10_000)
    const reply = await asking
    expect([reply?.status, reply?.headers['x-qwenctl-account']]).toEqual([200, 'a'])
    expect([upstream.count(), proxy.running.waiting]).toEqual([2, 0])
  })

  test('the first account with room for the request ends the wait, however long the others take', async () => {
    const accounts = [
      { name: 'a', limits: ['1000tokens/10s'] },
      { name: 'b', limits: ['1000tokens/1h'] },
    ]
    const { upstream, proxy, pass, queued } = await given('wait: 30s', { accounts })
    const usage = { prompt_tokens: 1, completion_tokens: 899, total_tokens: 900 }
    for (const name of ['a', 'b']) {
      upstream.next(json(200, { object: 'chat.completion', choices: [], usage }))
      await proxy.chat({ user: name }, { 'x-qwenctl-account': name })
    }
    const [asking] = await queued()
    pass(10_000)
    const reply = await asking
    expect([reply?.status, reply?.headers['x-qwenctl-account']]).toEqual([200, 'a'])
  })

  test('a reset ends the wait at once', async () => {
    const { proxy, queued } = await given('wait: 30s')
    const [asking] = await queued()
    await proxy.toolkit.quotas.reset(['a'])
    expect((await asking)?.status).toBe(200)
  })

  test('those that wait are served in the order in which they came, and no request overtakes them', async () => {
    const { upstream, proxy, pass, queued } = await given('wait: 60s')
    const asking = []
    for (const user of ['one', 'two', 'three']) asking.push(...(await queued(user)))
    for (let turn = 1; turn <= 4; turn += 1) {
      pass(10_000)
      // Comes just when the account is free, before any request has left the queue.
      if (turn === 1) asking.push(proxy.chat({ user: 'late' }))
      await upstream.arrivals(1 + turn)
    }
    for (const reply of await Promise.all(asking)) expect(reply.status).toBe(200)
    expect(usersSeen(upstream)).toEqual(['first', 'one', 'two', 'three', 'late'])
  })

  test('a request at a time goes where a cap leaves one place at a time', async () => {
    const { upstream, proxy } = await given('wait: 60s', {
      accounts: [{ name: 'a' }],
      config: 'proxy:\n  wait: 60s\ncaps:\n  concurrency: 1\n',
      clock: Date.now,
    })
    const replies = await Promise.all(Array.from({ length: 5 }, (_, n) => proxy.chat({ user: `u${n}` })))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(upstream.count()).toBe(6)
  })
})

describe('when no account returns in time', () => {
  test('the refusal comes at once, not after the wait', async () => {
    const { proxy, upstream } = await given('wait: 5s')
    const reply = await proxy.chat()
    expect([reply.status, reply.headers['retry-after']]).toEqual([429, '10'])
    expect(upstream.count()).toBe(1)
  })

  test('a request that waits in vain is refused when that is known', async () => {
    const { proxy, pass, queued } = await given('wait: 15s')
    const [one] = await queued('one')
    const [two] = await queued('two')
    pass(10_000)
    expect((await one)?.status).toBe(200)
    const refused = await two
    expect([refused?.status, refused?.headers['x-qwenctl-error']]).toEqual([429, 'quota_exhausted'])
    expect(proxy.running.waiting).toBe(0)
  })
})

describe('the header x-qwenctl-wait', () => {
  test('asks for a wait of this request alone, and does not go upstream', async () => {
    const { upstream, proxy, pass, queued } = await given('maxWait: 5m')
    expect((await proxy.chat()).status).toBe(429)
    const [asking] = await queued('x', { 'x-qwenctl-wait': '30s' })
    pass(10_000)
    expect((await asking)?.status).toBe(200)
    expect(Object.keys(upstream.last.headers)).not.toContain('x-qwenctl-wait')
  })

  test('has a bound, and 0 waits not at all', async () => {
    const { proxy } = await given('wait: 30s, maxWait: 5s')
    expect((await proxy.chat({}, { 'x-qwenctl-wait': '1h' })).status).toBe(429)
    expect((await proxy.chat({}, { 'x-qwenctl-wait': '0' })).status).toBe(429)
  })

  test('that is no time is refused by name', async () => {
    const { proxy } = await given('wait: 30s')
    const reply = await proxy.chat({}, { 'x-qwenctl-wait': 'long' })
    expect([reply.status, reply.json.error.code]).toEqual([400, 'invalid_request'])
    expect(reply.json.error.message).toContain('x-qwenctl-wait')
  })
})

test('when the queue is full, one more is refused at once with the time of return', async () => {
  const { proxy, queued, pass } = await given('wait: 30s, waitQueue: 1')
  const [asking] = await queued()
  const reply = await proxy.chat()
  expect([reply.status, reply.headers['retry-after']]).toEqual([429, '10'])
  expect(reply.json.error.message).toContain('1 wait already')
  pass(10_000)
  expect((await asking)?.status).toBe(200)
})

test('when a client leaves while it waits, its place is free at once and nothing is sent for it', async () => {
  const { upstream, proxy, queued, pass } = await given('wait: 30s')
  const controller = new AbortController()
  const leaving = fetch(`${proxy.running.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...QUESTION, user: 'gone' }),
    signal: controller.signal,
  }).catch(() => null)
  await until(() => proxy.running.waiting === 1)
  const [staying] = await queued('staying')
  controller.abort()
  await leaving
  await until(() => proxy.running.waiting === 1)
  pass(10_000)
  expect((await staying)?.status).toBe(200)
  expect(usersSeen(upstream)).toEqual(['first', 'staying'])
})

test('when the proxy drains, those that wait get that answer', async () => {
  const { proxy, queued } = await given('wait: 30s')
  const [asking] = await queued()
  const stopping = proxy.running.stop(5_000)
  const reply = await asking
  expect([reply?.status, reply?.json.error.code]).toEqual([503, 'shutting_down'])
  await stopping
})

describe('a stream that waits', () => {
  const path = { openai: '/v1/chat/completions', anthropic: '/v1/messages' }
  const body = { ...QUESTION, max_tokens: 9, stream: true }

  test('for short keeps its status: a refusal is a 429', async () => {
    const { proxy, pass } = await given('wait: 15s')
    const first = proxy.open(path.openai, { body })
    await until(() => proxy.running.waiting === 1)
    await proxy.toolkit.accounts.set('a', { limits: ['1/day'] })
    pass(1_000)
    expect((await first).response.statusCode).toBe(429)
  })

  test('for long has signs of life, and then its answer', async () => {
    const { upstream, proxy, pass } = await given('wait: 30s')
    upstream.next(events(delta('hel'), delta('lo'), STOP, USAGE_CHUNK, DONE))
    const opening = proxy.open(path.openai, { body })
    await until(() => proxy.running.waiting === 1)
    pass(6_000)
    const reply = await opening
    expect([reply.response.statusCode, reply.response.headers['content-type']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ])
    await reply.sees(': waiting\n\n')
    pass(4_000)
    const { text } = await reply.whole()
    expect(text).toMatch(/^(: waiting\n\n)+data: \{/)
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    const settled = (await proxy.settlements()).map(({ outcome }) => outcome)
    expect(settled).toEqual(['ok', 'ok'])
  })

  test.each([
    [
      'openai',
      ': waiting\n\n',
      /data: \{"error":\{.*"code":"(?:rate_limit_exceeded|insufficient_quota)"\}\}\n\n$/,
    ],
    ['anthropic', 'event: ping\n', /event: error\ndata: \{"type":"error".*"code":"quota_exhausted".*\}\n\n$/],
  ] as const)('in vain, in the format %s, ends with an error event', async (dialect, sign, end) => {
    const { proxy, pass } = await given('wait: 20s')
    const opening = proxy.open(path[dialect], { body })
    await until(() => proxy.running.waiting === 1)
    pass(6_000)
    const reply = await opening
    await reply.sees(sign)
    await proxy.toolkit.accounts.set('a', { limits: ['1/day'] })
    pass(1_000)
    const { text, isCut } = await reply.whole()
    expect(text).toMatch(end)
    expect(text).not.toContain('[DONE]')
    expect(isCut).toBe(false)
  })
})
