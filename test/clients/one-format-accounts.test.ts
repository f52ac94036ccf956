// The SDKs of all formats over accounts that speak only Responses, or only Gemini: whole and streamed, with tools.

import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { events, givenUpstream, json } from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../support/servers/proxy-harness.ts'
import { CLIENT_KEY, collect, expectExact } from './given-client.ts'

const named = (data: { type: string } & Record<string, unknown>) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const line = (data: object) => `data: ${JSON.stringify(data)}\n\n`

const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Looking.', annotations: [] }],
}
const called = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'look',
  arguments: '{"path":"a"}',
}
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm1',
  output: [message, called],
  usage: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
}
const responseEvents = [
  named({ type: 'response.created', response: { ...response, status: 'in_progress', output: [] } }),
  ...[message, called].flatMap((item, output_index) => [
    named({
      type: 'response.output_item.added',
      output_index,
      item: { ...item, content: [], arguments: '' },
    }),
    ...(item === message
      ? [
          named({
            type: 'response.content_part.added',
            item_id: 'msg_1',
            output_index,
            content_index: 0,
            part: { type: 'output_text', text: '', annotations: [] },
          }),
          named({
            type: 'response.output_text.delta',
            item_id: 'msg_1',
            output_index,
            content_index: 0,
            delta: 'Looking.',
          }),
        ]
      : [
          named({
            type: 'response.function_call_arguments.delta',
            item_id: 'fc_1',
            output_index,
            delta: called.arguments,
          }),
        ]),
    named({ type: 'response.output_item.done', output_index, item }),
  ]),
  named({ type: 'response.completed', response }),
]

const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 3, totalTokenCount: 15 }
const parts = [
  { text: 'Looking.' },
  { functionCall: { name: 'look', args: { path: 'a' } }, thoughtSignature: 'SIG' },
]
const generated = {
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
  usageMetadata,
  modelVersion: 'm1',
  responseId: 'g1',
}
const generatedEvents = parts.map((part, index) =>
  line({
    candidates: [
      {
        content: { role: 'model', parts: [part] },
        ...(index === 1 ? { finishReason: 'STOP' } : {}),
        index: 0,
      },
    ],
    usageMetadata,
    modelVersion: 'm1',
    responseId: 'g1',
  }),
)

const kinds = {
  responses: { base: '/v1', whole: response, stream: responseEvents, path: /^\/v1\/responses$/ },
  gemini: {
    base: '/v1beta',
    whole: generated,
    stream: generatedEvents,
    path: /^\/v1beta\/models\/m1:(?:stream)?[gG]enerateContent(?:\?alt=sse)?$/,
  },
} as const

const missing = json(404, {
  error: { message: 'Invalid URL (POST /v1/chat/completions)', type: 'invalid_request_error' },
})

async function given(kind: keyof typeof kinds, { lacksChat = false } = {}) {
  const upstream = await givenUpstream()
  const { base, whole, stream } = kinds[kind]
  const proxy = await givenProxy({ accounts: [{ name: 'a', baseUrl: upstream.origin + base }] })
  const isLacking = kind === 'responses' && lacksChat
  if (isLacking) upstream.next(missing)
  upstream.next(json(200, whole), events(...stream))
  return { upstream, proxy, url: proxy.running.url, refused: isLacking ? 1 : 0 }
}

const parameters = { type: 'object', properties: { path: { type: 'string' } } }

describe.each(['responses', 'gemini'] as const)('on an account of %s alone', (kind) => {
  const { path } = kinds[kind]

  test('chat completions answer and stream', async () => {
    const { upstream, proxy, url, refused } = await given(kind, { lacksChat: true })
    const client = new OpenAI({ apiKey: CLIENT_KEY, baseURL: `${url}/v1`, maxRetries: 0 })
    const asked = {
      model: 'm1',
      messages: [{ role: 'user' as const, content: 'go' }],
      tools: [{ type: 'function' as const, function: { name: 'look', parameters } }],
    }
    const whole = await client.chat.completions.create(asked)
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Looking.',
        tool_calls: [{ function: { name: 'look', arguments: '{"path":"a"}' } }],
      },
    })
    expect(whole.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 3 })
    const chunks = await collect(await client.chat.completions.create({ ...asked, stream: true }))
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Looking.')
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
    expect(upstream.last.path).toMatch(path)
    await expectExact(proxy, upstream, { a: refused })
  })

  test('Messages answer and stream', async () => {
    const { upstream, url } = await given(kind, { lacksChat: true })
    const client = new Anthropic({ apiKey: CLIENT_KEY, baseURL: url, maxRetries: 0 })
    const asked = {
      model: 'm1',
      max_tokens: 50,
      messages: [{ role: 'user' as const, content: 'go' }],
      tools: [{ name: 'look', input_schema: { ...parameters, type: 'object' as const } }],
    }
    const isCall = { type: 'tool_use', name: 'look', input: { path: 'a' } }
    const whole = await client.messages.create(asked)
    expect(whole.content.at(-1)).toMatchObject(isCall)
    expect(whole.stop_reason).toBe('tool_use')
    const final = await client.messages.stream(asked).finalMessage()
    expect(final.content.at(-1)).toMatchObject(isCall)
    expect(upstream.last.path).toMatch(path)
  })

  test('Responses answer and stream', async () => {
    const { upstream, url } = await given(kind)
    const client = new OpenAI({ apiKey: CLIENT_KEY, baseURL: `${url}/v1`, maxRetries: 0 })
    const asked = { model: 'm1', input: 'go' }
    const whole = await client.responses.create(asked)
    expect(whole.output.at(-1)).toMatchObject({ type: 'function_call', arguments: '{"path":"a"}' })
    const final = await client.responses.stream(asked).finalResponse()
    expect(final.output_text).toBe('Looking.')
    expect(upstream.last.path).toMatch(path)
  })

  test('Gemini answers, streams, and continues after the call', async () => {
    const { upstream, url } = await given(kind, { lacksChat: true })
    const client = new GoogleGenAI({ apiKey: CLIENT_KEY, httpOptions: { baseUrl: url } })
    const asked = { model: 'm1', contents: 'go' }
    const whole = await client.models.generateContent(asked)
    expect(whole.functionCalls).toMatchObject([{ name: 'look', args: { path: 'a' } }])
    const chunks = await collect(await client.models.generateContentStream(asked))
    expect(chunks.map(({ text }) => text ?? '').join('')).toBe('Looking.')
    upstream.next(json(200, kinds[kind].whole))
    const model = whole.candidates![0]!.content!
    const answered = { functionResponse: { name: 'look', response: { output: 'it is a file' } } }
    await client.models.generateContent({
      model: 'm1',
      contents: [{ role: 'user', parts: [{ text: 'go' }] }, model, { role: 'user', parts: [answered] }],
    })
    expect(upstream.last.path).toMatch(path)
    const body = upstream.last.body.toString()
    expect(body).toContain('it is a file')
    expect(body.includes('"SIG"')).toBe(kind === 'gemini')
  })
})

test('a Gemini account gets the bytes of its clients, its own header, and no client key', async () => {
  const { upstream, proxy } = await given('gemini')
  const text = '{ "contents": [{"role":"user","parts":[{"text":"go"}]}],"safetySettings":[ ] }'
  const reply = await proxy.post('/v1beta/models/m1:generateContent', text, { 'x-goog-api-key': CLIENT_KEY })
  expect(reply.json).toEqual(generated)
  expect(upstream.last.body.toString()).toBe(text)
  expect(upstream.last.headers['x-goog-api-key']).toBe(makeKey('a'))
  const streamed = await proxy.post('/v1beta/models/m1:streamGenerateContent?alt=sse', text)
  expect(streamed.text).toBe(generatedEvents.join(''))
  const { a } = await proxy.quota()
  expect(a?.today).toMatchObject({ succeeded: 2, inputTokens: 24, outputTokens: 6 })
})

test('a Gemini client that asks for a list gets a list', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a', baseUrl: `${upstream.origin}/v1beta` }] })
  upstream.next(events(...generatedEvents))
  const contents = [{ role: 'user', parts: [{ text: 'go' }] }]
  const reply = await proxy.post('/v1beta/models/m1:streamGenerateContent', { contents })
  expect(Array.isArray(JSON.parse(reply.text))).toBe(true)
  expect(upstream.last.path).toBe('/v1beta/models/m1:streamGenerateContent?alt=sse')
})

test.each([
  ['responses', responseEvents.slice(0, 3)],
  ['gemini', generatedEvents.slice(0, 1)],
] as const)('a cut stream of %s ends in an error', async (kind, begun) => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a', baseUrl: upstream.origin + kinds[kind].base }] })
  if (kind === 'responses') upstream.next(missing)
  upstream.next(({ res, socket }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write(begun.join(''), () => socket.destroy())
  })
  const reply = await proxy.chat({ stream: true })
  expect(reply.text).toContain('upstream connection error')
  expect(reply.text).not.toContain('[DONE]')
  const { a } = await proxy.quota()
  expect(a?.today.succeeded).toBe(0)
})
