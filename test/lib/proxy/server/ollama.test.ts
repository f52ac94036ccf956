import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

test('a large answer of another API arrives in the form of Ollama', async () => {
  const vector = Array.from({ length: 1536 }, (_, index) => index / 1537)
  const data = Array.from({ length: 60 }, (_, index) => ({ object: 'embedding', index, embedding: vector }))
  const upstream = await givenUpstream()
  upstream.next(
    json(200, { object: 'list', model: 'm1', data, usage: { prompt_tokens: 60, total_tokens: 60 } }),
  )
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const input = data.map(({ index }) => `text ${index}`)
  const reply = await proxy.post('/api/embed', { model: 'm1', input })
  expect(reply.status).toBe(200)
  const { embeddings, prompt_eval_count } = reply.json as unknown as Record<string, unknown>
  expect(embeddings).toEqual(data.map(({ embedding }) => embedding))
  expect(prompt_eval_count).toBe(60)
})

test('the length of embeddings is not dropped where an account refuses it', async () => {
  const upstream = await givenUpstream()
  const message = "Unsupported parameter: 'dimensions' is not supported with this model."
  upstream.always(json(400, { error: { message, param: 'dimensions', code: 'unsupported_parameter' } }))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.post('/api/embed', { model: 'm1', input: 'text', dimensions: 256 })
  expect(reply.status).toBe(400)
  expect(upstream.requests).toHaveLength(1)
})

test('a body that is no object is an error of the request', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  for (const path of ['/api/show', '/api/chat'])
    for (const body of ['null', '[]', '{'])
      expect((await proxy.post(path, Buffer.from(body))).status).toBe(400)
})

test('an account gets the thinking of a client in its own words', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a', provider: 'groq', baseUrl: upstream.baseUrl }] })
  upstream.next(chat())
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b', thinking: 'c' },
    { role: 'user', content: 'd' },
  ]
  const model = 'llama-3.3-70b-versatile'
  expect((await proxy.post('/api/chat', { model, messages, think: false, stream: false })).status).toBe(200)
  const [sent] = upstream.requests.map(({ body }) => body.toString())
  expect(sent).toContain('"content":"b"')
  expect(sent).not.toMatch(/reasoning/)
})

test('a model that refuses the effort is asked without it', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const message = "Unrecognized request argument supplied: 'reasoning_effort'"
  upstream.next(json(400, { error: { message, type: 'invalid_request_error' } }), chat())
  const messages = [{ role: 'user', content: 'a' }]
  expect((await proxy.post('/api/chat', { model: 'm1', messages, think: false, stream: false })).status).toBe(
    200,
  )
  const sent = upstream.requests.map(({ body }) => body.toString())
  expect(sent[0]).toContain('"reasoning_effort":"none"')
  expect(sent[1]).not.toContain('reasoning_effort')
})
