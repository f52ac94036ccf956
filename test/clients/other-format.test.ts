// Clients of one format over accounts that speak only the other, through the real libraries and the real proxy.

import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { chat, delta, events, frame, givenUpstream, json } from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../support/servers/proxy-harness.ts'
import type { GivenAccount, TestProxy } from '../support/servers/proxy-harness.ts'
import { CLIENT_KEY, collect, expectExact, rejection } from './given-client.ts'

const anthropicClient = (proxy: TestProxy) =>
  new Anthropic({ apiKey: CLIENT_KEY, baseURL: proxy.running.url, maxRetries: 0 })
const openaiClient = (proxy: TestProxy) =>
  new OpenAI({ apiKey: CLIENT_KEY, baseURL: `${proxy.running.url}/v1`, maxRetries: 0 })

async function given(accounts: (origin: string) => GivenAccount[]) {
  const upstream = await givenUpstream()
  return { upstream, proxy: await givenProxy({ accounts: accounts(upstream.origin) }) }
}

const chats = (origin: string): GivenAccount[] => [{ name: 'chats', baseUrl: `${origin}/v1` }]
const messages = (origin: string): GivenAccount[] => [
  { name: 'messages', provider: 'anthropic', baseUrl: origin },
]
const MESSAGE = { model: 'm1', max_tokens: 50, messages: [{ role: 'user' as const, content: 'hi' }] }
const CHAT = { model: 'm1', messages: [{ role: 'user' as const, content: 'hi' }] }

const answer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 12, output_tokens: 3 },
}

const named = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const answerEvents = [
  named('message_start', { message: { ...answer, content: [], stop_reason: null } }),
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hel' } }),
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'lo' } }),
  named('content_block_stop', { index: 0 }),
  named('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 3 },
  }),
  named('message_stop', {}),
]

test('an Anthropic client has its answer from an account that speaks chat completions', async () => {
  const { upstream, proxy } = await given(chats)
  upstream.next(chat('hello'))
  const reply = await anthropicClient(proxy).messages.create(MESSAGE)
  expect(reply.content).toMatchObject([{ type: 'text', text: 'hello' }])
  expect(reply.stop_reason).toBe('end_turn')
  expect(upstream.last).toMatchObject({ path: '/v1/chat/completions', key: makeKey('chats') })
  expect(Object.keys(upstream.last.headers).filter((name) => /^anthropic-|^x-stainless/.test(name))).toEqual(
    [],
  )
  await expectExact(proxy, upstream)
})

test('an Anthropic client streams from an account that speaks chat completions', async () => {
  const { upstream, proxy } = await given(chats)
  const finish = frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const usage = frame({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } })
  upstream.next(events(delta('hel'), delta('lo'), finish, usage, 'data: [DONE]\n\n'))
  const stream = anthropicClient(proxy).messages.stream(MESSAGE)
  const whole = await stream.finalMessage()
  expect(whole.content).toMatchObject([{ type: 'text', text: 'hello' }])
  expect(whole.usage).toMatchObject({ input_tokens: 12, output_tokens: 3 })
  const { chats: account } = await proxy.quota()
  expect(account?.today).toMatchObject({ succeeded: 1, inputTokens: 12, outputTokens: 3 })
})

test('an OpenAI client has its answer from an account that speaks Messages, whole and streamed', async () => {
  const { upstream, proxy } = await given(messages)
  upstream.next(json(200, answer), events(...answerEvents))
  const client = openaiClient(proxy)
  const reply = await client.chat.completions.create(CHAT)
  expect(reply.choices[0]).toMatchObject({ message: { content: 'hello' }, finish_reason: 'stop' })
  expect(upstream.last).toMatchObject({
    path: '/v1/messages',
    key: makeKey('messages'),
    headers: { 'anthropic-version': '2023-06-01' },
  })
  const stream = await client.chat.completions.create({ ...CHAT, stream: true })
  const chunks = await collect(stream)
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('hello')
  expect(chunks.some(({ usage }) => usage)).toBe(false) // not asked for
  await expectExact(proxy, upstream)
})

test('the answer says that it was translated, and one that was not does not', async () => {
  const { upstream, proxy } = await given((origin) => [...messages(origin), ...chats(origin)])
  upstream.next(json(200, answer), chat())
  const translated = await proxy.chat({}, { 'x-qwenctl-account': 'messages' })
  expect(translated.headers).toMatchObject({
    'x-qwenctl-account': 'messages',
    'x-qwenctl-translated': 'anthropic',
  })
  const native = await proxy.chat()
  expect(native.headers['x-qwenctl-account']).toBe('chats') // though it comes second
  expect(native.headers['x-qwenctl-translated']).toBeUndefined()
})

test('when the accounts of its own format are out, a request goes to one of the other', async () => {
  const { upstream, proxy } = await given((origin) => [...chats(origin), ...messages(origin)])
  upstream.nextFor(
    makeKey('chats'),
    json(429, { error: { code: 'insufficient_quota', message: 'no money' } }),
  )
  upstream.nextFor(makeKey('messages'), json(200, answer))
  const reply = await proxy.chat()
  expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'messages', 'x-qwenctl-attempts': '2' })
})

test('what has no counterpart is refused by its name, and no account is asked', async () => {
  const { upstream, proxy } = await given(messages)
  const error = await rejection(openaiClient(proxy).chat.completions.create({ ...CHAT, n: 3 }))
  expect(error).toMatchObject({ status: 400 })
  expect(String(error.message)).toMatch(/\bn\b/)
  expect(upstream.count()).toBe(0)
  const { messages: account } = await proxy.quota()
  expect(account?.today.requests).toBe(0)
})

test("an upstream's error keeps its words in the client's envelope", async () => {
  const { upstream, proxy } = await given(chats)
  upstream.next(
    json(400, { error: { message: 'the prompt is strange', type: 'invalid_request_error', code: null } }),
  )
  const error = await rejection(anthropicClient(proxy).messages.create(MESSAGE))
  expect(error).toBeInstanceOf(Anthropic.BadRequestError)
  expect(error.message).toContain('the prompt is strange')
})

test('a stream that breaks off ends in an error of the client, and is settled as lost', async () => {
  const { upstream, proxy } = await given(messages)
  upstream.next(({ res, socket }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write(answerEvents.slice(0, 3).join(''), () => socket.destroy())
  })
  const stream = await openaiClient(proxy).chat.completions.create({ ...CHAT, stream: true })
  await rejection(collect(stream))
  const { messages: account } = await proxy.quota()
  expect(account?.today).toMatchObject({ requests: 1, failed: 1, succeeded: 0 })
})
