import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import { expect, test } from 'vitest'
import {
  DONE,
  STOP,
  USAGE_CHUNK,
  chat,
  delta,
  events,
  frame,
  givenUpstream,
  json,
} from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../support/servers/proxy-harness.ts'
import { CLIENT_KEY, CountedFetch, collect, expectExact, rejection } from './given-client.ts'

async function given(names: string[], limits: string[] = []) {
  const upstream = await givenUpstream()
  const accounts = names.map((name) => ({ name, ...(limits.length === 0 ? {} : { limits }) }))
  const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
  const sent = new CountedFetch()
  const provider = createOpenAICompatible({
    name: 'qwenctl',
    baseURL: `${proxy.running.url}/v1`,
    apiKey: CLIENT_KEY,
    fetch: sent.fetch,
    includeUsage: false,
  })
  return { upstream, proxy, sent, model: provider('m1') }
}

test('generateText gives the text and the usage', async () => {
  const { upstream, proxy, model } = await given(['a'])
  upstream.next(chat('good day'))
  const { text, usage } = await generateText({ model, prompt: 'hi' })
  expect(text).toBe('good day')
  expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 3 })
  await expectExact(proxy, upstream)
})

test('streamText gives the text as it comes, and what the client did not ask to see is counted', async () => {
  const { upstream, proxy, model } = await given(['a', 'b'])
  upstream.nextFor(makeKey('a'), json(500, { error: { message: 'out of order' } }))
  upstream.nextFor(makeKey('b'), events(delta('good '), delta('day'), STOP, USAGE_CHUNK, DONE))
  const { textStream, finishReason } = streamText({ model, prompt: 'hi' })
  expect(await collect(textStream)).toEqual(['good ', 'day'])
  expect(await finishReason).toBe('stop')
  expect((await proxy.quota()).b?.today).toMatchObject({ succeeded: 1, inputTokens: 7, outputTokens: 3 })
  await expectExact(proxy, upstream)
})

test('a round with a tool: the call is executed, its result goes back, and the answer follows', async () => {
  const { upstream, proxy, model, sent } = await given(['a'], ['2/day'])
  const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } }
  const called = { role: 'assistant', content: null, tool_calls: [call] }
  upstream.next(
    json(200, { id: 'c1', choices: [{ index: 0, message: called, finish_reason: 'tool_calls' }] }),
    chat('It rains in Bern.'),
  )
  const weather = tool({
    description: 'the weather of a city',
    inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
    execute: ({ city }) => Promise.resolve(`rain in ${city}`),
  })
  const { text } = await generateText({
    model,
    prompt: 'hi',
    tools: { weather },
    stopWhen: isStepCount(3),
  })
  expect(text).toBe('It rains in Bern.')
  const { messages } = JSON.parse(upstream.last.body.toString()) as { messages: { role: string }[] }
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  expect(JSON.stringify(messages)).toContain('rain in Bern')
  expect(sent.count).toBe(2)
  expect(await proxy.used()).toEqual({ a: 2 })
  await expectExact(proxy, upstream)
})

test('when the pool is out, the error is an APICallError with the status, the code and the wait', async () => {
  const { upstream, proxy, model, sent } = await given(['a'], ['1/6h'])
  upstream.next(chat())
  await generateText({ model, prompt: 'hi' })
  sent.count = 0
  const error = await rejection(generateText({ model, prompt: 'hi', maxRetries: 0 }))
  expect(APICallError.isInstance(error)).toBe(true)
  expect(error).toMatchObject({ statusCode: 429, data: { error: { code: 'insufficient_quota' } } })
  expect(error.message).toContain('returns first')
  expect((error as APICallError).responseHeaders).toMatchObject({ 'x-should-retry': 'false' })
  expect(sent.count).toBe(1)
  await expectExact(proxy, upstream)
})

test('when the upstream finds fault with the request, the error says what it said', async () => {
  const { upstream, proxy, model, sent } = await given(['a', 'b'])
  upstream.next(json(400, { error: { message: 'too long', type: 'invalid_request_error' } }))
  const error = await rejection(generateText({ model, prompt: 'hi' }))
  expect(error).toMatchObject({ statusCode: 400, message: 'too long' })
  expect(sent.count).toBe(1)
  await expectExact(proxy, upstream)
})

test('when a stream breaks off, streamText reports an error and no finish', async () => {
  const { upstream, proxy, model } = await given(['a'])
  upstream.next(events(delta('half'), frame({ error: { message: 'gone', type: 'server_error' } })))
  const parts = await collect(streamText({ model, prompt: 'hi', onError: () => undefined }).stream)
  const types = parts.map(({ type }) => type)
  expect(types).toContain('error')
  expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'lost' })
  await expectExact(proxy, upstream)
})

test('an empty pool ends the request at once with maxRetries 0, with the words of the proxy', async () => {
  const { upstream, sent, model } = await given(['a'])
  upstream.next(
    json(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { 'retry-after': '30' }),
  )
  const error = await rejection(generateText({ model, prompt: 'hi', maxRetries: 0 }))
  expect(APICallError.isInstance(error) && error.statusCode).toBe(429)
  expect(error.message).toContain('every account')
  expect(sent.count).toBe(1)
})

test('an error that no repetition changes is not repeated', async () => {
  const { upstream, sent, model } = await given(['a'])
  upstream.next(json(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }))
  const error = await rejection(generateText({ model, prompt: 'hi' }))
  expect(APICallError.isInstance(error) && error.statusCode).toBe(403)
  expect(sent.count).toBe(1)
})
