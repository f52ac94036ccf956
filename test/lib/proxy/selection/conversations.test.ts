import { describe, expect, test } from 'vitest'
import { strategyNames } from '../../../../src/lib/rotation/strategies/strategies.ts'
import { chat, events, frame, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import type { GivenProxy, TestProxy } from '../../../support/servers/proxy-harness.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')

interface Message {
  role: string
  content: string
}

const said = (role: string, content: string): Message => ({ role, content })

/** A system prompt that all conversations share, so that only the user's words tell them apart. */
const LONG = 'You are a careful assistant. '.repeat(200)

function turns(n: number, count: number): Message[] {
  const more = Array.from({ length: count - 1 }, (_, turn) => [
    said('assistant', 'hello'),
    said('user', `and then, ${turn}?`),
  ])
  return [said('system', LONG), said('user', `question ${n}`), ...more.flat()]
}

const askConversation = async (proxy: TestProxy, n: number, count: number) => {
  const reply = await proxy.chat({ messages: turns(n, count) })
  expect(reply.status).toBe(200)
  return reply.headers['x-qwenctl-account'] as string
}

async function each<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (let n = 0; n < count; n++) found.push(await work(n))
  return found
}

function given(upstream: FakeUpstream, more: Partial<GivenProxy> = {}): GivenProxy {
  return {
    baseUrl: upstream.baseUrl,
    clock: () => NOON,
    settings: { strategy: 'priority', affinity: true },
    ...more,
  }
}

test('with the default strategy, new conversations go where there is room, and later turns go home, everywhere', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const accounts = [
    { name: 'small', limits: ['10/day'] },
    { name: 'big', limits: ['1000/day'] },
  ]
  const proxy = await givenProxy(given(upstream, { accounts }))
  const first = await each(24, (n) => askConversation(proxy, n, 1))
  expect(first.filter((name) => name === 'big').length).toBeGreaterThanOrEqual(22)
  expect(await each(24, (n) => askConversation(proxy, n, 2))).toEqual(first)
  const beside = await givenProxy(given(upstream, { home: proxy.home }))
  expect(await each(24, (n) => askConversation(beside, n, 3))).toEqual(first)
  await Promise.all([proxy.running.stop(0), beside.running.stop(0)])
  const after = await givenProxy(given(upstream, { home: proxy.home }))
  expect(await each(24, (n) => askConversation(after, n, 4))).toEqual(first)
})

describe.each(strategyNames.filter((name) => name !== 'fill-first'))('with %s', (strategy) => {
  test('first turns are spread, also of one question asked again, and later turns return', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const settings = { strategy, affinity: true }
    const accounts = ['a', 'b', 'c'].map((name) => ({ name, limits: ['100/day'] }))
    const proxy = await givenProxy(given(upstream, { accounts, settings }))
    const first = await each(12, (n) => askConversation(proxy, n, 1))
    // `fastest` draws by chance; the others share evenly.
    if (strategy !== 'fastest')
      for (const { name } of accounts) expect(first.filter((one) => one === name).length).toBe(4)
    const again = await each(6, () => askConversation(proxy, 99, 1))
    if (strategy !== 'fastest') expect(new Set(again).size).toBe(3)
    const beside = await givenProxy(given(upstream, { home: proxy.home, settings }))
    expect(await each(12, (n) => askConversation(beside, n, 2))).toEqual(first)
    expect(await each(12, (n) => askConversation(proxy, n, 3))).toEqual(first)
  })
})

test('while its home is out, a conversation stays on one other account, and comes home afterwards', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const accounts = ['a', 'b', 'c', 'd'].map((name) => ({ name, limits: ['100/day'] }))
  const proxy = await givenProxy(given(upstream, { accounts }))
  const home = await askConversation(proxy, 1, 1)
  const { id } = await proxy.toolkit.accounts.find(home)
  const ledger = await proxy.toolkit.ledger()
  const until = new Date(NOON + 60_000).toISOString()
  await ledger.record([{ type: 'cool', subject: id, until, reason: 'rate-short' }])
  const away = await each(4, (n) => askConversation(proxy, 1, 2 + n))
  expect(new Set(away).size).toBe(1)
  expect(away[0]).not.toBe(home)
  await ledger.record([{ type: 'clear', subject: id }])
  expect(await askConversation(proxy, 1, 6)).toBe(home)
})

test('a home that fails is left for one request after the other, and kept', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const accounts = ['a', 'b', 'c'].map((name) => ({ name, limits: ['100/day'] }))
  const proxy = await givenProxy(given(upstream, { accounts }))
  const home = await askConversation(proxy, 1, 1)
  upstream.next(
    json(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { 'retry-after': '30' }),
  )
  const away = await each(3, (n) => askConversation(proxy, 1, 2 + n))
  expect(new Set(away).size).toBe(1)
  expect(away[0]).not.toBe(home)
  await proxy.toolkit.quotas.endCooldowns([home])
  expect(await askConversation(proxy, 1, 5)).toBe(home)
})

describe('a request that continues a stored response', () => {
  const response = (id: string) => ({ id, object: 'response', status: 'completed', output: [], usage: null })

  async function givenResponses() {
    const upstream = await givenUpstream()
    let made = 0
    upstream.always((call) => {
      made += 1
      const body = JSON.parse(call.seen.body.toString()) as { stream?: boolean }
      const id = `resp_${made}`
      const whole = response(id)
      if (body.stream !== true) return json(200, whole)(call)
      const created = frame({ type: 'response.created', response: { ...whole, status: 'in_progress' } })
      return events(created, frame({ type: 'response.completed', response: whole }))(call)
    })
    const accounts = ['a', 'b', 'c'].map((name) => ({ name, limits: ['100/day'] }))
    const settings = { strategy: 'round-robin', affinity: false } as const
    const proxy = await givenProxy(given(upstream, { accounts, settings }))
    return { upstream, accounts, settings, proxy }
  }

  const ask = (proxy: TestProxy, more: object = {}) =>
    proxy.post('/v1/responses', { model: 'm1', input: 'hi', ...more })

  test.each([{ stream: false }, { stream: true }])(
    'goes to the account that made it, in every process, with $stream',
    async ({ stream }) => {
      const { upstream, settings, proxy } = await givenResponses()
      const made = await each(6, async () => {
        const reply = await ask(proxy, { stream })
        const id = /resp_\d+/.exec(reply.text)![0]
        return { id, account: reply.headers['x-qwenctl-account'] }
      })
      expect(new Set(made.map(({ account }) => account)).size).toBe(3)
      const beside = await givenProxy(given(upstream, { home: proxy.home, settings }))
      for (const serving of [proxy, beside]) {
        for (const { id, account } of made) {
          const reply = await ask(serving, { previous_response_id: id, stream })
          expect([reply.status, reply.headers['x-qwenctl-account']]).toEqual([200, account])
        }
      }
    },
  )

  test('is not sent to another account while that one is out', async () => {
    const { upstream, proxy } = await givenResponses()
    const reply = await ask(proxy)
    const account = await proxy.toolkit.accounts.find(reply.headers['x-qwenctl-account'] as string)
    const ledger = await proxy.toolkit.ledger()
    const until = new Date(NOON + 60_000).toISOString()
    await ledger.record([{ type: 'cool', subject: account.id, until, reason: 'rate-short' }])
    const before = upstream.count()
    const refused = await ask(proxy, { previous_response_id: reply.json.id })
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60'])
    expect(upstream.count()).toBe(before)
  })

  test('is not sent to another account while that one is disabled: the error names it and the way out', async () => {
    const { upstream, proxy } = await givenResponses()
    const reply = await ask(proxy)
    const name = reply.headers['x-qwenctl-account'] as string
    await proxy.toolkit.accounts.setEnabled(name, false)
    const before = upstream.count()
    const goOn = () => ask(proxy, { previous_response_id: reply.json.id })
    await until(async () => (await goOn()).status !== 200)
    const refused = await goOn()
    expect([refused.status, refused.headers['x-qwenctl-error']]).toEqual([403, 'needs_action'])
    expect(refused.json.error.message).toContain(`qwenctl accounts enable custom/${name}`)
    expect(upstream.keys.slice(before).filter((key) => key !== makeKey(name))).toEqual([])
  })

  test('of a conversation goes where the conversation is; an unknown id goes to any account', async () => {
    const { proxy } = await givenResponses()
    const accountFor = async (more: object) => (await ask(proxy, more)).headers['x-qwenctl-account']
    const home = await accountFor({ conversation: 'conv_1' })
    const later = await each(4, (n) =>
      accountFor({ conversation: n % 2 === 0 ? 'conv_1' : { id: 'conv_1' } }),
    )
    expect(later).toEqual([home, home, home, home])
    const unknown = await each(6, () => accountFor({ previous_response_id: 'resp_of_elsewhere' }))
    expect(new Set(unknown).size).toBe(3)
  })
})
