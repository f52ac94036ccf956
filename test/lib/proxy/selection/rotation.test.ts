import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const HOUR = 3_600_000

const limited = { a: 2, b: 3, c: 4 }
const nineRequests = Object.entries(limited).map(([name, max]) => ({ name, limits: [`${max}/day`] }))

describe.each(['priority', 'fill-first', 'round-robin', 'most-remaining', 'least-used', 'weighted'] as const)(
  'with the strategy %s',
  (strategy) => {
    test('when three accounts have 2, 3 and 4 requests left, exactly nine reach the upstream and the tenth is refused', async () => {
      const upstream = await givenUpstream()
      upstream.always(chat())
      const proxy = await givenProxy({
        accounts: nineRequests,
        baseUrl: upstream.baseUrl,
        clock: () => NOON,
        settings: { strategy, affinity: true },
      })
      const statuses = []
      for (let index = 0; index < 10; index += 1) statuses.push((await proxy.chat()).status)
      expect(statuses).toEqual([...Array<number>(9).fill(200), 429])
      expect(upstream.count()).toBe(9)
      const seen = Object.keys(limited).map((name) => upstream.count(`sk-key-of-${name}-0123456789abcdef`))
      expect(seen).toEqual([2, 3, 4])
      expect(await proxy.used()).toEqual(limited)
      const { totals } = await proxy.toolkit.quotas.show([])
      expect(totals).toMatchObject({ requests: 9, remaining: 0, ready: 0, inputTokens: 63, outputTokens: 27 })
    })
  },
)

describe('when one account of a quota group has no credit', () => {
  const noCredit = json(429, {
    error: {
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    },
  })

  test.each([1, 2])(
    'the %s request asks one of its six keys and then the account outside of it',
    async (requests) => {
      const upstream = await givenUpstream()
      upstream.always(noCredit)
      upstream.always(chat(), 'sk-key-of-other-0123456789abcdef')
      const keys = Array.from({ length: 6 }, (_, n) => ({ name: `org${n}`, quotaGroup: 'acme', priority: 0 }))
      const proxy = await givenProxy({
        accounts: [...keys, { name: 'other', priority: 1 }],
        baseUrl: upstream.baseUrl,
      })
      for (let n = 0; n < requests; n++) expect((await proxy.chat()).status).toBe(200)
      expect(upstream.count() - upstream.count('sk-key-of-other-0123456789abcdef')).toBe(1)
    },
  )
})

describe('when every account is out', () => {
  test('the answer is 429 with the true time of return, the account that returns first, and a word not to retry', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({
      accounts: [
        { name: 'tomorrow', limits: ['1/day'] },
        { name: 'soon', limits: ['1/6h'] },
        { name: 'monday', limits: ['1/week'] },
      ],
      baseUrl: upstream.baseUrl,
      clock: () => NOON,
    })
    for (let index = 0; index < 3; index += 1) expect((await proxy.chat()).status).toBe(200)
    const reply = await proxy.chat()
    expect(reply.status).toBe(429)
    expect(reply.headers['retry-after']).toBe(String((6 * HOUR) / 1000))
    expect(reply.headers['x-should-retry']).toBe('false')
    expect(reply.headers['x-qwenctl-attempts']).toBe('0')
    expect(reply.json.error).toMatchObject({
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      param: null,
    })
    expect(reply.json.error.message).toContain('custom/soon returns first, at 2026-11-22T18:00:00.000Z')
    const { soon } = await proxy.quota()
    expect(soon?.availableAt).toBe('2026-11-22T18:00:00.000Z')
    expect(upstream.count()).toBe(3)
  })

  test('a client of the Anthropic dialect reads the same in its own envelope', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({
      accounts: [{ name: 'a', provider: 'anthropic', baseUrl: upstream.origin, limits: ['1/day'] }],
      clock: () => NOON,
    })
    const ask = () => proxy.post('/v1/messages', { model: 'claude-x', max_tokens: 5, messages: [] })
    await ask()
    const reply = await ask()
    expect(reply.status).toBe(429)
    expect(reply.headers['retry-after']).toBe(String((12 * HOUR) / 1000))
    expect(reply.json).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', code: 'quota_exhausted' },
      request_id: reply.headers['x-request-id'],
    })
    expect(reply.headers['request-id']).toBe(reply.headers['x-request-id'])
  })

  test('the next request is served again as soon as the window has turned', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    let now = NOON
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['1/day'] }],
      baseUrl: upstream.baseUrl,
      clock: () => now,
    })
    expect([(await proxy.chat()).status, (await proxy.chat()).status]).toEqual([200, 429])
    now += 12 * HOUR
    expect([(await proxy.chat()).status, (await proxy.chat()).status]).toEqual([200, 429])
  })
})

describe('many at once', () => {
  const forty = [
    { name: 'a', limits: ['5/day'] },
    { name: 'b', limits: ['15/day', '100/week'] },
    { name: 'c', limits: ['20/24h'] },
  ]

  test('when 64 requests come at once and the limits sum to 40, exactly 40 reach the upstream', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({
      accounts: forty,
      baseUrl: upstream.baseUrl,
      clock: () => NOON,
      settings: { strategy: 'priority', affinity: true },
    })
    const replies = await Promise.all(Array.from({ length: 64 }, () => proxy.chat()))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(40)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(24)
    expect(upstream.count()).toBe(40)
    expect(await proxy.used()).toEqual({ a: 5, b: 15, c: 20 })
  })

  test('when three proxies share one home, together they let exactly 40 through', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const first = await givenProxy({ accounts: forty, baseUrl: upstream.baseUrl, clock: () => NOON })
    const others = await Promise.all(
      [1, 2].map(() =>
        givenProxy({ home: first.home, clock: () => NOON, settings: { strategy: 'round-robin' } }),
      ),
    )
    const proxies = [first, ...others]
    const replies = await Promise.all(Array.from({ length: 66 }, (_, index) => proxies[index % 3]!.chat()))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(40)
    expect(upstream.count()).toBe(40)
    for (const proxy of proxies) expect(await proxy.used()).toEqual({ a: 5, b: 15, c: 20 })
  })

  test('when tokens are limited, requests stop once the answers have used them up', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat()) // 10 tokens each
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['25tokens/day'] }],
      baseUrl: upstream.baseUrl,
      clock: () => NOON,
    })
    const statuses = []
    for (let index = 0; index < 4; index += 1) statuses.push((await proxy.chat()).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    expect((await proxy.quota()).a?.limits[0]).toMatchObject({ used: 30, remaining: 0 })
  })
})

test('when requests belong to one conversation, they stay on one account and spill over only when it is out', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: ['a', 'b', 'c'].map((name) => ({ name, limits: ['4/day'] })),
    baseUrl: upstream.baseUrl,
    clock: () => NOON,
    settings: { strategy: 'priority', affinity: true },
  })
  for (let index = 0; index < 5; index += 1) await proxy.chat({ prompt_cache_key: 'conversation-1' })
  const [home, ...rest] = upstream.keys
  expect(rest.slice(0, 3)).toEqual([home, home, home])
  expect(rest[3]).not.toBe(home)
})
