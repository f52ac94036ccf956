// The order of accounts that all speak another format than the client.

import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'
import type { GivenAccount } from '../../../support/servers/proxy-harness.ts'

const QUESTION = { model: 'm1', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
const generated = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
}
const response = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'm1',
  created_at: 1,
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] }],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
}
const missing = json(404, {
  error: { message: 'Not Found', type: 'invalid_request_error', code: 'unknown_url' },
})

/** Answers each endpoint in its own format. */
const answer: Answer = (call) => {
  const { path } = call.seen
  if (path.includes('generateContent')) return json(200, generated)(call)
  return path.endsWith('/responses') ? json(200, response)(call) : chat()(call)
}

async function given(accounts: (origin: string) => GivenAccount[], affinity = false) {
  const upstream = await givenUpstream()
  upstream.always(answer)
  const proxy = await givenProxy({ accounts: accounts(upstream.origin), settings: { affinity } })
  const ask = async (more: object = {}) => {
    const reply = await proxy.post(
      '/v1/messages',
      { ...QUESTION, ...more },
      { 'anthropic-version': '2023-06-01' },
    )
    expect(reply.status).toBe(200)
    return reply.headers['x-qwenctl-account']
  }
  const explained = async () => {
    const { accounts: all, next } = await proxy.toolkit.quotas.explain({ model: 'm1', dialect: 'anthropic' })
    return all.find(({ id }) => id === next)?.name
  }
  return { upstream, proxy, ask, explained }
}

describe('two accounts of two other formats', () => {
  test.each([
    ['chat', 0, 1],
    ['gemini', 1, 0],
  ])('%s serves first if its priority is higher', async (first, priority, other) => {
    const { ask, explained } = await given((origin) => [
      { name: 'chat', baseUrl: `${origin}/v1`, priority },
      { name: 'gemini', baseUrl: `${origin}/gemini`, priority: other },
    ])
    expect(await explained()).toBe(first)
    expect(await ask()).toBe(first)
  })

  test('take turns by the strategy of the proxy', async () => {
    const upstream = await givenUpstream()
    upstream.always(answer)
    const proxy = await givenProxy({
      accounts: [
        { name: 'chat', baseUrl: `${upstream.origin}/v1` },
        { name: 'gemini', baseUrl: `${upstream.origin}/gemini` },
      ],
      settings: { strategy: 'round-robin' },
    })
    const served = new Set<unknown>()
    for (let count = 0; count < 2; count += 1) {
      const reply = await proxy.post('/v1/messages', QUESTION, { 'anthropic-version': '2023-06-01' })
      served.add(reply.headers['x-qwenctl-account'])
    }
    expect(served).toEqual(new Set(['chat', 'gemini']))
  })

  test('fail over to each other', async () => {
    const { upstream, ask } = await given((origin) => [
      { name: 'chat', baseUrl: `${origin}/v1` },
      { name: 'gemini', baseUrl: `${origin}/gemini`, priority: 1 },
    ])
    upstream.next(json(429, { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } }))
    expect(await ask()).toBe('gemini')
  })
})

test('an account that speaks the format of the client comes before any priority', async () => {
  const upstream = await givenUpstream()
  upstream.always(answer)
  const proxy = await givenProxy({
    accounts: [
      { name: 'gemini', baseUrl: `${upstream.origin}/gemini` },
      { name: 'chat', baseUrl: `${upstream.origin}/v1`, priority: 5 },
    ],
  })
  const reply = await proxy.post('/v1/chat/completions', QUESTION)
  expect(reply.headers['x-qwenctl-account']).toBe('chat')
})

describe('an account with Responses and without chat completions', () => {
  test('serves by Responses, at once from the second request on', async () => {
    const { upstream, ask, explained } = await given((origin) => [{ name: 'a', baseUrl: `${origin}/v1` }])
    upstream.next(missing)
    expect(await ask()).toBe('a')
    expect(await explained()).toBe('a')
    expect(await ask()).toBe('a')
    expect(upstream.requests.map(({ path }) => path)).toEqual([
      '/v1/chat/completions',
      '/v1/responses',
      '/v1/responses',
    ])
  })

  test('keeps its place before others once that is known', async () => {
    const { upstream, ask, explained } = await given((origin) => [
      { name: 'a', baseUrl: `${origin}/v1` },
      { name: 'gemini', baseUrl: `${origin}/gemini`, priority: 1 },
    ])
    upstream.next(missing)
    await ask()
    expect(await explained()).toBe('a')
    expect(await ask()).toBe('a')
  })

  test('returns for clients of its own format while it is out', async () => {
    const { upstream, proxy } = await given((origin) => [{ name: 'a', baseUrl: `${origin}/v1` }])
    const limited = json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '30' })
    upstream.next(missing, limited)
    const reply = await proxy.post('/v1/responses', { model: 'm1', input: 'hi' })
    const other = await proxy.post('/v1/responses', { model: 'm1', input: 'hi' })
    expect([reply.status, other.status]).toEqual([429, 429])
    expect(other.headers['x-qwenctl-error']).toBe('quota_exhausted')
  })
})
