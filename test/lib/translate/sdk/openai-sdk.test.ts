import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import OpenAI, { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { collect, rejection } from '../../../clients/given-client.ts'
import { ControlledStream, events, json } from '../../../support/servers/fake-upstream.ts'
import { givenMiddle } from '../given-middle.ts'
import { START, block, event, stop } from '../streams/given-stream.ts'
import { PIXEL } from '../given-translation.ts'

async function given() {
  const middle = await givenMiddle('anthropic')
  const client = new OpenAI({ apiKey: 'k', baseURL: `${middle.url}/v1`, maxRetries: 0 })
  const vercel = createOpenAICompatible({
    name: 'q',
    baseURL: `${middle.url}/v1`,
    apiKey: 'k',
    includeUsage: true,
  })
  return { ...middle, client, model: vercel('claude-sonnet-4-6') }
}

const QUESTION = { model: 'claude-sonnet-4-6', messages: [{ role: 'user' as const, content: 'hi' }] }
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'weather',
      description: 'the weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
  },
]

function message(content: object[], stop_reason = 'end_turn'): object {
  const usage = {
    input_tokens: 7,
    output_tokens: 3,
    cache_read_input_tokens: 4,
    cache_creation_input_tokens: 0,
  }
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content,
    stop_reason,
    usage,
  }
}

const use = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } }
const TEXT = block(
  0,
  { type: 'text', text: '' },
  { type: 'text_delta', text: 'One ' },
  { type: 'text_delta', text: 'moment.' },
)
const CALLS = [
  block(
    1,
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
    { type: 'input_json_delta', partial_json: '{"city":' },
    { type: 'input_json_delta', partial_json: '"Bern"}' },
  ),
  block(2, { type: 'tool_use', id: 'toolu_2', name: 'now', input: {} }),
].join('')

describe('the SDK of OpenAI, on a service of Messages', () => {
  test('chat.completions.create', async () => {
    const { client, upstream, asked } = await given()
    upstream.next(json(200, message([{ type: 'text', text: 'good day' }])))
    const completion = await client.chat.completions.create({ ...QUESTION, temperature: 0 })
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'good day' } })
    expect(completion.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 })
    expect(upstream.last.path).toBe('/v1/messages')
    expect(asked()).toEqual({ ...QUESTION, max_tokens: 32_000, temperature: 0 })
  })

  test('a round with a tool, run by the SDK', async () => {
    const { client, upstream, asked } = await given()
    upstream.next(
      json(200, message([use], 'tool_use')),
      json(200, message([{ type: 'text', text: 'rain in Bern' }])),
    )
    const runner = client.chat.completions.runTools({
      ...QUESTION,
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'the weather of a city',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: (text: string) => JSON.parse(text) as { city: string },
            function: ({ city }: { city: string }) => `rain in ${city}`,
          },
        },
      ],
    })
    expect(await runner.finalContent()).toBe('rain in Bern')
    expect(asked().messages).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [use] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain in Bern' }] },
    ])
  })

  test('an image', async () => {
    const { client, upstream, asked } = await given()
    upstream.next(json(200, message([{ type: 'text', text: 'a dot' }])))
    const image_url = { url: `data:image/png;base64,${PIXEL}` }
    await client.chat.completions.create({
      ...QUESTION,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url }] }],
    })
    expect(asked().messages).toMatchObject([
      { content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }] },
    ])
  })

  test('create with stream: the chunks of text, calls and usage', async () => {
    const { client, upstream, asked } = await given()
    upstream.next(events(START, event('ping'), TEXT, CALLS, stop('tool_use')))
    const stream = await client.chat.completions.create({
      ...QUESTION,
      tools,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await collect(stream)
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta))
    expect(deltas.map(({ content }) => content ?? '').join('')).toBe('One moment.')
    const calls = deltas.flatMap(({ tool_calls }) => tool_calls ?? [])
    const readArguments = (at: number) =>
      calls.filter(({ index }) => index === at).map((one) => one.function?.arguments ?? '')
    expect([readArguments(0).join(''), readArguments(1).join('')]).toEqual(['{"city":"Bern"}', '{}'])
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 3 } })
    expect(asked()).toMatchObject({ stream: true })
    expect(asked()).not.toHaveProperty('stream_options')
  })

  test('the .stream helper gathers the whole completion', async () => {
    const { client, upstream } = await given()
    const thought = block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'hm' },
      { type: 'signature_delta', signature: 'sig' },
    )
    const text = TEXT.replaceAll('"index":0', '"index":3')
    upstream.next(events(START, thought, CALLS, text, stop('tool_use')))
    const said: string[] = []
    const stream = client.chat.completions.stream({
      ...QUESTION,
      tools,
      stream_options: { include_usage: true },
    })
    stream.on('content', (piece) => said.push(piece))
    const completion = await stream.finalChatCompletion()
    expect(said).toEqual(['One ', 'moment.'])
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'One moment.',
        reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'sig' }],
        tool_calls: [
          { id: 'toolu_1', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
          { id: 'toolu_2', function: { name: 'now', arguments: '{}' } },
        ],
      },
    })
    expect(completion.usage).toMatchObject({ total_tokens: 14 })
  })

  test('an error in the middle of a stream is thrown with the words of the upstream', async () => {
    const { client, upstream } = await given()
    const error = { type: 'overloaded_error', message: 'no more room' }
    upstream.next(events(START, TEXT, event('error', { error })))
    const stream = await client.chat.completions.create({ ...QUESTION, stream: true })
    const thrown = await rejection(collect(stream))
    expect(thrown).toBeInstanceOf(APIError)
    expect(thrown.message).toContain('no more room')
  })

  test('a stream that is cut off is an error, not an answer', async () => {
    const { client, upstream } = await given()
    const led = new ControlledStream()
    upstream.next(led.answer)
    const asked = client.chat.completions.create({ ...QUESTION, stream: true })
    await led.opened
    led.send(START + TEXT)
    const stream = (await asked)[Symbol.asyncIterator]()
    expect((await stream.next()).value).toMatchObject({ choices: [{ delta: { role: 'assistant' } }] })
    led.reset()
    const rest = (async () => {
      while ((await stream.next()).done !== true);
    })()
    expect((await rejection(rest)).message).toContain('broke off')
  })

  test('an error is the one of its status, with the words of the upstream', async () => {
    const { client, upstream } = await given()
    const error = { type: 'invalid_request_error', message: 'prompt is too long: 9 tokens > 8 maximum' }
    upstream.next(json(400, { type: 'error', error }))
    const thrown = await rejection(client.chat.completions.create(QUESTION))
    expect(thrown).toBeInstanceOf(OpenAI.BadRequestError)
    expect(thrown).toMatchObject({ code: 'context_length_exceeded' })
    expect(thrown.message).toContain('9 tokens > 8 maximum')
  })
})

describe("Vercel's SDK, on a service of Messages", () => {
  const weather = tool({
    description: 'the weather of a city',
    inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
    execute: ({ city }) => Promise.resolve(`rain in ${city}`),
  })

  test('generateText, with a tool', async () => {
    const { model, upstream, asked } = await given()
    upstream.next(
      json(200, message([use], 'tool_use')),
      json(200, message([{ type: 'text', text: 'It rains.' }])),
    )
    const { text, totalUsage } = await generateText({
      model,
      prompt: 'hi',
      tools: { weather },
      stopWhen: isStepCount(3),
    })
    expect(text).toBe('It rains.')
    expect(totalUsage).toMatchObject({ inputTokens: 22, outputTokens: 6 })
    expect(asked().messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'tool_use', input: { city: 'Bern' } }] },
      { role: 'user', content: [{ type: 'tool_result', content: 'rain in Bern' }] },
    ])
  })

  test('streamText, with thinking and two steps', async () => {
    const { model, upstream } = await given()
    const thought = block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'hm' },
      { type: 'signature_delta', signature: 'sig' },
    )
    const call = block(
      1,
      { ...use, input: {} },
      { type: 'input_json_delta', partial_json: '{"city":"Bern"}' },
    )
    upstream.next(events(START, thought, call, stop('tool_use')), events(START, TEXT, stop('end_turn')))
    const { stream, text, finishReason } = streamText({
      model,
      prompt: 'hi',
      tools: { weather },
      stopWhen: isStepCount(3),
    })
    const parts = await collect(stream)
    expect(parts.flatMap((part) => (part.type === 'reasoning-delta' ? [part.text] : []))).toEqual(['hm'])
    expect(parts.find(({ type }) => type === 'tool-result')).toMatchObject({ output: 'rain in Bern' })
    expect(await text).toBe('One moment.')
    expect(await finishReason).toBe('stop')
  })

  test('a stream that breaks off reports an error', async () => {
    const { model, upstream } = await given()
    upstream.next(events(START, TEXT))
    const parts = await collect(
      streamText({ model, prompt: 'hi', onError: () => undefined, maxRetries: 0 }).stream,
    )
    expect(parts.map(({ type }) => type)).toContain('error')
  })
})
