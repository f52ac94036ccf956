// Limits of tokens and dollars at the proxy. Many requests come at once, and a request could use more than is left.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer, FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const PRICED = 'prices:\n  custom/*: { input: 0, output: 1000 }\n'
const messages = [{ role: 'user', content: 'hi' }]

interface Sent {
  max_tokens?: number
  n?: number
}

const parseBody = ({ body }: FakeUpstream['last']): Sent => JSON.parse(body.toString('utf8')) as Sent

/** Answers with this many tokens, but never more than the request allows. */
function writing(tokens: number): Answer {
  return (call) => {
    const completion = Math.min(tokens, parseBody(call.seen).max_tokens ?? Infinity)
    json(200, {
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: completion, total_tokens: 5 + completion },
    })(call)
  }
}

async function given(limits: string[], answer: Answer, names = ['a']) {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.yaml'), PRICED)
  const upstream = await givenUpstream()
  upstream.always(answer)
  const accounts = names.map((name) => ({ name, limits }))
  const proxy = await givenProxy({ home, accounts, baseUrl: upstream.baseUrl })
  const used = async () => (await proxy.quota()).a!.limits[0]!.used
  const ask = (more: object = {}) => proxy.chat({ model: 'm1', messages, ...more })
  return { upstream, proxy, used, ask }
}

describe('many requests at once, before any answer has taught a mean', () => {
  test.each([
    ['with a bound', { max_tokens: 500 }],
    ['without one', {}],
  ])('%s, cost no more than the limit', async (_name, more) => {
    const { ask, used, upstream } = await given(['2usd/day'], writing(500))
    const replies = await Promise.all(Array.from({ length: 30 }, () => ask(more)))
    expect(replies.filter(({ status }) => status === 200).length).toBe(upstream.count())
    expect(upstream.count()).toBeGreaterThan(0)
    expect(await used()).toBeLessThanOrEqual(2)
  })

  test('use no more tokens than the limit', async () => {
    const { ask, used } = await given(['3000tokens/day'], writing(900))
    await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(await used()).toBeGreaterThan(0)
    expect(await used()).toBeLessThanOrEqual(3000)
  })
})

describe('a request that could use more than is left', () => {
  test('goes with a lower bound, which the answer names', async () => {
    const { ask, upstream } = await given(['10000tokens/day'], writing(10))
    const reply = await ask({ max_tokens: 60_000 })
    expect(reply.status).toBe(200)
    expect(reply.headers['x-qwenctl-max-tokens']).toBe('4096')
    expect(parseBody(upstream.last).max_tokens).toBe(4096)
  })

  test('goes as it came while its bound fits', async () => {
    const { ask, upstream } = await given(['10000tokens/day'], writing(10))
    expect((await ask({ max_tokens: 9000 })).headers['x-qwenctl-max-tokens']).toBeUndefined()
    expect(parseBody(upstream.last).max_tokens).toBe(9000)
  })

  test('keeps the account usable to the end: short answers fit into a small rest', async () => {
    const { ask, used } = await given(['1000tokens/day'], writing(300))
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([200, 200, 200])
    const last = await ask()
    expect(last.status).toBe(429)
    expect(last.text).toContain('is left')
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask({ max_tokens: 20 })).status).toBe(200)
    expect(await used()).toBeLessThanOrEqual(1000)
  })

  test('is refused with the numbers and a fix, when no window is large enough', async () => {
    const { ask, upstream } = await given(['1usd/day'], writing(10))
    const reply = await ask({ max_tokens: 200, n: 8 })
    expect(reply.headers['x-qwenctl-error']).toBe('needs_action')
    expect(reply.text).toContain('1.6 of its limit 1usd/day')
    expect(upstream.count()).toBe(0)
  })
})

test('embeddings hold their input alone, and get no bound of an answer', async () => {
  const upstream = await givenUpstream()
  const embedding = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0] }], model: 'm1' }
  upstream.always(json(200, { ...embedding, usage: { prompt_tokens: 3, total_tokens: 3 } }))
  const accounts = [{ name: 'a', limits: ['1000tokens/day'] }]
  const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
  const ask = () => proxy.post('/v1/embeddings', { model: 'm1', input: 'hi' })
  const replies = await Promise.all([ask(), ask(), ask()])
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(replies[0].headers['x-qwenctl-max-tokens']).toBeUndefined()
  expect(JSON.parse(upstream.last.body.toString('utf8'))).toEqual({ model: 'm1', input: 'hi' })
})
