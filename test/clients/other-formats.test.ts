// The SDKs of Responses and Gemini over the whole proxy, on accounts of chat completions and of Messages.

import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { events, givenUpstream, json } from '../support/servers/fake-upstream.ts'
import { givenProxy } from '../support/servers/proxy-harness.ts'
import { CLIENT_KEY } from './given-client.ts'

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }
const called = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"path":"a"}' } }
const completion = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm1',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Looking.', tool_calls: [called] },
      finish_reason: 'tool_calls',
    },
  ],
  usage,
}
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  content: [
    { type: 'text', text: 'Looking.' },
    { type: 'tool_use', id: 'call_1', name: 'look', input: { path: 'a' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 12, output_tokens: 3 },
}

const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm1', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
const chatStream = [
  chunk({ role: 'assistant', content: 'Look' }),
  chunk({ content: 'ing.' }),
  chunk({ tool_calls: [{ index: 0, ...called }] }),
  chunk({}, 'tool_calls'),
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm1', choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
]

const named = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const messageStream = [
  named('message_start', { message: { ...message, content: [], stop_reason: null } }),
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Looking.' } }),
  named('content_block_stop', { index: 0 }),
  named('content_block_start', { index: 1, content_block: { ...message.content[1], input: {} } }),
  named('content_block_delta', {
    index: 1,
    delta: { type: 'input_json_delta', partial_json: '{"path":"a"}' },
  }),
  named('content_block_stop', { index: 1 }),
  named('message_delta', {
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 3 },
  }),
  named('message_stop', {}),
]

const accounts = {
  chat: { whole: completion, stream: chatStream, path: '/v1/chat/completions' },
  messages: { whole: message, stream: messageStream, path: '/v1/messages' },
} as const

async function given(kind: keyof typeof accounts) {
  const upstream = await givenUpstream()
  const { origin } = upstream
  const account =
    kind === 'chat'
      ? { name: 'a', baseUrl: `${origin}/v1` }
      : { name: 'a', provider: 'anthropic', baseUrl: origin }
  const proxy = await givenProxy({ accounts: [account] })
  return { upstream, url: proxy.running.url }
}

const tool = {
  type: 'function' as const,
  name: 'look',
  strict: false,
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
}
const notFound = json(404, { error: { message: 'Not Found', type: 'invalid_request_error' } })

describe.each(['chat', 'messages'] as const)('on an account of %s', (kind) => {
  const { whole, stream, path } = accounts[kind]

  test('responses.create answers, and its items go back', async () => {
    const { upstream, url } = await given(kind)
    const client = new OpenAI({ apiKey: CLIENT_KEY, baseURL: `${url}/v1`, maxRetries: 0 })
    if (kind === 'chat') upstream.next(notFound)
    upstream.next(json(200, whole))
    const first = await client.responses.create({ model: 'm1', input: 'go', tools: [tool] })
    expect(first.output_text).toBe('Looking.')
    expect(first.output.at(-1)).toMatchObject({
      type: 'function_call',
      name: 'look',
      arguments: '{"path":"a"}',
    })
    expect(first.usage).toMatchObject({ input_tokens: 12, output_tokens: 3 })
    upstream.next(json(200, whole))
    await client.responses.create({
      model: 'm1',
      input: [
        { role: 'user', content: 'go' },
        ...(first.output as OpenAI.Responses.ResponseInputItem[]),
        { type: 'function_call_output', call_id: 'call_1', output: 'it is a file' },
      ],
      tools: [tool],
    })
    expect(upstream.last.path).toBe(path)
    expect(upstream.last.body.toString()).toContain('it is a file')
  })

  test('responses.stream ends with the whole response', async () => {
    const { upstream, url } = await given(kind)
    const client = new OpenAI({ apiKey: CLIENT_KEY, baseURL: `${url}/v1`, maxRetries: 0 })
    if (kind === 'chat') upstream.next(notFound)
    upstream.next(events(...stream))
    const final = await client.responses.stream({ model: 'm1', input: 'go', tools: [tool] }).finalResponse()
    expect(final.output_text).toBe('Looking.')
    expect(final.output.map(({ type }) => type)).toEqual(['message', 'function_call'])
  })

  test('@google/genai generates, streams and calls', async () => {
    const { upstream, url } = await given(kind)
    const client = new GoogleGenAI({ apiKey: CLIENT_KEY, httpOptions: { baseUrl: url } })
    const asked = { model: 'm1', contents: 'go', config: { systemInstruction: 'Be brief.' } }
    upstream.next(json(200, whole))
    const answer = await client.models.generateContent(asked)
    expect(answer.functionCalls).toMatchObject([{ name: 'look', args: { path: 'a' } }])
    expect(answer.usageMetadata).toMatchObject({ promptTokenCount: 12, candidatesTokenCount: 3 })
    expect(upstream.last.path).toBe(path)
    expect(upstream.last.body.toString()).toContain('Be brief.')
    upstream.next(events(...stream))
    let text = ''
    for await (const piece of await client.models.generateContentStream(asked))
      for (const part of piece.candidates?.[0]?.content?.parts ?? []) text += part.text ?? ''
    expect(text).toBe('Looking.')
  })
})

test('an error reaches a Gemini client in its own form', async () => {
  const { upstream, url } = await given('chat')
  upstream.next(json(400, { error: { message: 'no such thing', type: 'invalid_request_error' } }))
  const reply = await fetch(`${url}/v1beta/models/m1:generateContent`, {
    method: 'POST',
    body: JSON.stringify({ contents: [{ parts: [{ text: 'x' }] }] }),
  })
  expect(reply.status).toBe(400)
  expect(await reply.json()).toEqual({
    error: { code: 400, message: 'no such thing', status: 'INVALID_ARGUMENT' },
  })
})

test('a WebSocket try of Codex is refused at once, so that it continues over HTTP', async () => {
  const { url } = await given('chat')
  const { request } = await import('node:http')
  const status = await new Promise((resolve) => {
    request(`${url}/v1/responses`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } })
      .on('response', (reply) => resolve(reply.statusCode))
      .end()
  })
  expect(status).toBe(426)
})
