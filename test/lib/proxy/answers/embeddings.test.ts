// Embeddings and counts between OpenAI's and Google's formats, over the whole proxy.

import { describe, expect, test } from 'vitest'
import OpenAI from 'openai'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

async function given(kind: 'gemini' | 'chat') {
  const upstream = await givenUpstream()
  const baseUrl = kind === 'gemini' ? `${upstream.origin}/gemini` : upstream.baseUrl
  const proxy = await givenProxy({ accounts: [{ name: 'a', baseUrl }] })
  const sent = () => JSON.parse(upstream.last.body.toString()) as unknown
  return { upstream, proxy, sent }
}

describe('an OpenAI client on a Gemini account', () => {
  test('gets the embeddings of several texts, as numbers and as bytes', async () => {
    const { upstream, proxy, sent } = await given('gemini')
    const client = new OpenAI({ apiKey: 'none', baseURL: `${proxy.running.url}/v1`, maxRetries: 0 })
    const answer = json(200, { embeddings: [{ values: [0.5, -2] }, { values: [1, 4] }] })
    for (const encoding_format of [undefined, 'float', 'base64'] as const) {
      upstream.next(answer)
      const reply = await client.embeddings.create({
        model: 'e1',
        input: ['a', 'b'],
        dimensions: 2,
        ...(encoding_format === undefined ? {} : { encoding_format }),
      })
      const vectors = reply.data.map(({ embedding }) => embedding)
      if (encoding_format === 'base64') expect(typeof vectors[0]).toBe('string')
      else
        expect(vectors.map((one) => [...one])).toEqual([
          [0.5, -2],
          [1, 4],
        ])
    }
    expect(upstream.last.path).toBe('/gemini/v1beta/models/e1:batchEmbedContents')
    expect(sent()).toEqual({
      requests: ['a', 'b'].map((text) => ({
        model: 'models/e1',
        content: { parts: [{ text }] },
        outputDimensionality: 2,
      })),
    })
  })

  test('is refused by name for tokens, which only OpenAI knows', async () => {
    const { proxy } = await given('gemini')
    const reply = await proxy.post('/v1/embeddings', { model: 'e1', input: [1, 2, 3] })
    expect(reply.status).toBe(400)
    expect(reply.json.error.message).toContain('"input"')
  })
})

describe('a Gemini client', () => {
  const content = { parts: [{ text: 'a' }] }

  test.each([
    ['embedContent', { content, taskType: 'RETRIEVAL_QUERY' }, { embedding: { values: [1, 2] } }],
    [
      'batchEmbedContents',
      { requests: [{ model: 'models/e1', content }] },
      { embeddings: [{ values: [1, 2] }] },
    ],
    ['countTokens', { contents: [content] }, { totalTokens: 31 }],
  ])('gets %s from a Gemini account as it is', async (method, body, answer) => {
    const { upstream, proxy, sent } = await given('gemini')
    upstream.next(json(200, answer))
    const reply = await proxy.post(`/v1beta/models/e1:${method}`, body)
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual(answer)
    expect(reply.headers['x-qwenctl-estimated']).toBeUndefined()
    expect(upstream.last.path).toBe(`/gemini/v1beta/models/e1:${method}`)
    expect(sent()).toEqual(body)
  })

  test('gets embeddings from an account of OpenAI', async () => {
    const { upstream, proxy, sent } = await given('chat')
    upstream.next(json(200, { object: 'list', data: [{ embedding: [1, 0.5] }], model: 'e1' }))
    const reply = await proxy.post('/v1beta/models/e1:embedContent', { content })
    expect(reply.json).toEqual({ embedding: { values: [1, 0.5] } })
    expect(sent()).toEqual({ model: 'e1', input: ['a'] })
  })

  test('gets an estimate where no account counts', async () => {
    const { upstream, proxy } = await given('chat')
    const reply = await proxy.post('/v1beta/models/m1:countTokens', { contents: [content] })
    expect(reply.headers['x-qwenctl-estimated']).toBe('true')
    expect(upstream.requests).toHaveLength(0)
  })

  test('reads the errors of embeddings in its own form', async () => {
    const { upstream, proxy } = await given('chat')
    upstream.next(json(400, { error: { message: 'too much', type: 'invalid_request_error' } }))
    const reply = await proxy.post('/v1beta/models/e1:embedContent', { content })
    expect(reply.json).toEqual({ error: { code: 400, message: 'too much', status: 'INVALID_ARGUMENT' } })
  })
})

describe('a count on a Gemini account', () => {
  const tool = { name: 'f', description: 'd', input_schema: { type: 'object', properties: {} } }
  const ask = { model: 'g1', system: 'rules', tools: [tool], messages: [{ role: 'user', content: 'hi' }] }
  const version = { 'anthropic-version': '2023-06-01' }

  test('is exact for a Messages client, with its system prompt and its tools', async () => {
    const { upstream, proxy, sent } = await given('gemini')
    upstream.next(json(200, { totalTokens: 42 }))
    const reply = await proxy.post('/v1/messages/count_tokens', ask, version)
    expect(reply.json).toEqual({ input_tokens: 42 })
    expect(reply.headers['x-qwenctl-estimated']).toBeUndefined()
    expect(upstream.last.path).toBe('/gemini/v1beta/models/g1:countTokens')
    expect(sent()).toEqual({
      generateContentRequest: {
        model: 'models/g1',
        systemInstruction: { parts: [{ text: 'rules' }] },
        contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
        tools: [
          {
            functionDeclarations: [
              { name: 'f', description: 'd', parametersJsonSchema: { type: 'object', properties: {} } },
            ],
          },
        ],
      },
    })
  })

  test('is exact for a client of Responses', async () => {
    const { upstream, proxy } = await given('gemini')
    upstream.next(json(200, { totalTokens: 7 }))
    const reply = await proxy.post('/v1/responses/input_tokens', { model: 'g1', input: 'hi' })
    expect(reply.json).toEqual({ object: 'response.input_tokens', input_tokens: 7 })
  })

  test('uses up none of its requests', async () => {
    const { upstream, proxy } = await given('gemini')
    upstream.next(json(200, { totalTokens: 7 }))
    await proxy.post('/v1/messages/count_tokens', ask, version)
    expect(upstream.requests).toHaveLength(1)
    const { a: account } = await proxy.quota()
    expect(account?.today.requests).toBe(0)
  })

  test('is an estimate for a request that Gemini cannot get', async () => {
    const { upstream, proxy } = await given('gemini')
    const content = [{ type: 'container_upload', file_id: 'f' }]
    const body = { ...ask, messages: [{ role: 'user', content }] }
    const reply = await proxy.post('/v1/messages/count_tokens', body, version)
    expect([reply.status, reply.headers['x-qwenctl-estimated']]).toEqual([200, 'true'])
    expect(upstream.requests).toHaveLength(0)
  })

  test("tells the service's error in the client's format", async () => {
    const { upstream, proxy } = await given('gemini')
    upstream.next(json(400, { error: { code: 400, message: 'bad part', status: 'INVALID_ARGUMENT' } }))
    const reply = await proxy.post('/v1/messages/count_tokens', ask, version)
    expect(reply.json).toMatchObject({ type: 'error', error: { message: 'bad part' } })
  })
})

test('a request that names its account gets an estimate where that cannot count, and no estimate while it is out', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [
      { name: 'chat', baseUrl: upstream.baseUrl },
      { name: 'claude', provider: 'anthropic', baseUrl: upstream.origin },
    ],
  })
  const body = { model: 'm1', messages: [{ role: 'user', content: 'hi' }] }
  const post = (path: string, account: string) => proxy.post(path, body, { 'x-qwenctl-account': account })
  const count = (account: string) => post('/v1/messages/count_tokens', account)
  const estimated = await count('custom/chat')
  expect([estimated.status, estimated.headers['x-qwenctl-estimated']]).toEqual([200, 'true'])
  expect(upstream.requests).toHaveLength(0)
  upstream.next(json(429, { type: 'error', error: { type: 'rate_limit_error' } }, { 'retry-after': '30' }))
  await post('/v1/messages', 'anthropic/claude')
  const out = await count('anthropic/claude')
  expect([out.status, out.headers['x-qwenctl-estimated']]).toEqual([429, undefined])
  expect(upstream.requests).toHaveLength(1)
})

test('tokens are estimated for a model that only an account without counts has', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [
      { name: 'claude', provider: 'anthropic', baseUrl: upstream.origin, models: ['claude-x'] },
      { name: 'qwen', baseUrl: upstream.baseUrl, models: ['qwen-x'] },
    ],
  })
  const body = { model: 'qwen-x', messages: [{ role: 'user', content: 'hi' }] }
  const reply = await proxy.post('/v1/messages/count_tokens', body, { 'anthropic-version': '2023-06-01' })
  expect(reply.status).toBe(200)
  expect(reply.headers['x-qwenctl-estimated']).toBe('true')
  const unknown = await proxy.post('/v1/messages/count_tokens', { ...body, model: 'nothing' })
  expect(unknown.status).toBe(404)
})
