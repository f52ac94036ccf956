import { describe, expect, test } from 'vitest'
import { chat, closeEarly, givenUpstream, json, reset } from '../../../support/servers/fake-upstream.ts'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

/** Answers the first request of a connection, and closes the connection after it read any later one. */
function hangsUpLater(close: Answer): Answer {
  const seen = new WeakSet<object>()
  return (call) => {
    const isKnown = seen.has(call.socket)
    seen.add(call.socket)
    return isKnown ? close(call) : chat()(call)
  }
}

describe('an upstream that reads a request on a kept connection and hangs up', () => {
  test.each([
    ['cleanly', closeEarly],
    ['with a reset', reset],
  ])('%s never gets more requests than were reserved', async (_, close) => {
    const upstream = await givenUpstream()
    upstream.always(hangsUpLater(close))
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['9/day', '100000tokens/day'] }],
      baseUrl: upstream.baseUrl,
    })
    const statuses: number[] = []
    for (let turn = 0; turn < 9; turn += 1) statuses.push((await proxy.chat()).status)
    expect(statuses[0]).toBe(200)
    expect(statuses.at(-1)).toBe(429)
    expect(upstream.count()).toBe(9)
    expect(await proxy.used()).toMatchObject({ a: 9 })
    expect(await proxy.settlements()).toHaveLength(9)
  })

  test('gets the request again with a reservation of its own, and nothing cools', async () => {
    const upstream = await givenUpstream()
    upstream.always(hangsUpLater(closeEarly))
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['9/day'] }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
    })
    await proxy.chat()
    const reply = await proxy.chat()
    expect(reply.status).toBe(200)
    expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'a', 'x-qwenctl-attempts': '2' })
    const { a } = await proxy.quota()
    expect(a).toMatchObject({ status: 'ready', cooldowns: [], today: { requests: 3, succeeded: 2 } })
  })

  test('when its limit has no room for that, the next account serves', async () => {
    const upstream = await givenUpstream()
    upstream.always(hangsUpLater(closeEarly), makeKey('a'))
    upstream.always(chat(), makeKey('b'))
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['2/day'] }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
    })
    await proxy.chat()
    expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
    expect(upstream.count(makeKey('a'))).toBe(2)
  })
})

test.each([
  ['custom', 429, { day: 0, minute: 1 }],
  ['custom', 503, { day: 0, minute: 1 }],
  ['custom', 400, { day: 1, minute: 1 }],
  ['custom', 401, { day: 0, minute: 0 }],
  ['openrouter', 429, { day: 1, minute: 1 }],
  ['gemini', 503, { day: 1, minute: 1 }],
])('at %s, an attempt that got %i costs %j', async (provider, status, costs) => {
  const upstream = await givenUpstream()
  upstream.always(json(status, { error: { message: 'no' } }))
  const proxy = await givenProxy({
    accounts: [{ name: 'a', provider, limits: ['5/day', '5/minute'], models: ['m1'] }],
    baseUrl: upstream.baseUrl,
  })
  await proxy.chat()
  const { a } = await proxy.quota()
  expect(Object.fromEntries(a!.limits.map(({ window, used }) => [window, used]))).toEqual(costs)
})

describe('an account with requests that cannot be prepared', () => {
  const UNFIT = ['line\nbreak', 'snow\u2603man', 'nul\0']

  test.each(UNFIT)('by its credential %j is out, and the next account serves', async (accessToken) => {
    const upstream = await givenUpstream()
    upstream.always(chat(), makeKey('b'))
    const proxy = await givenProxy({
      accounts: [{ name: 'a', tokens: { ...TOKENS, accessToken } }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
    })
    for (let turn = 0; turn < 2; turn += 1) {
      const reply = await proxy.chat()
      expect(reply.status).toBe(200)
      expect(reply.headers['x-qwenctl-account']).toBe('b')
    }
    const { a } = await proxy.quota()
    expect(a).toMatchObject({ status: 'needs-login' })
    expect(JSON.stringify(a)).toContain('no HTTP header can carry')
    expect(JSON.stringify(a)).not.toContain(accessToken)
  })

  test('alone is reported as the account that is out, not as a faulty request', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({
      accounts: [{ name: 'a', tokens: { ...TOKENS, accessToken: 'a\u2603' } }],
      baseUrl: upstream.baseUrl,
    })
    const reply = await proxy.chat()
    expect(reply.status).not.toBe(400)
    expect(reply.json.error.message).toContain('a')
    expect(upstream.count()).toBe(0)
  })
})

const TOKENS = {
  refreshToken: null,
  tokenType: 'Bearer',
  expiresAt: null,
  obtainedAt: null,
  server: null,
  baseUrl: null,
  sharedFile: null,
}
