import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { describe, expect, test } from 'vitest'
import { ControlledStream, events, json } from '../../../support/servers/fake-upstream.ts'
import { rejection } from '../../../clients/given-client.ts'
import { DONE, USAGE, USAGE_CHUNK, call, chunk, finish, frame } from '../streams/given-stream.ts'
import { givenMiddle } from '../given-middle.ts'
import { PIXEL } from '../given-translation.ts'

async function given(provider?: string) {
  const middle = await givenMiddle(provider)
  const client = new Anthropic({ apiKey: 'k', baseURL: middle.url, maxRetries: 0 })
  return { ...middle, client }
}

const QUESTION = { model: 'gpt-x', max_tokens: 2048, messages: [{ role: 'user' as const, content: 'hi' }] }
const tools = [
  {
    name: 'weather',
    description: 'the weather of a city',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
  },
]

function completion(message: object, finish_reason: string): object {
  const choices = [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason }]
  return { id: 'c1', object: 'chat.completion', model: 'gpt-x', choices, usage: USAGE }
}

describe('the SDK of Anthropic, on a service of chat completions', () => {
  test('messages.create', async () => {
    const { client, upstream, asked } = await given('openai')
    upstream.next(json(200, completion({ content: 'good day' }, 'stop')))
    const message = await client.messages.create({ ...QUESTION, system: 'Be brief.' })
    expect(message.content).toEqual([{ type: 'text', text: 'good day', citations: null }])
    expect(message.stop_reason).toBe('end_turn')
    expect(message.usage).toMatchObject({ input_tokens: 7, output_tokens: 3 })
    expect(upstream.last.path).toBe('/v1/chat/completions')
    expect(asked()).toEqual({
      model: 'gpt-x',
      max_completion_tokens: 2048,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
    })
  })

  test('a round with a tool that returns an image', async () => {
    const { client, upstream, asked } = await given()
    const tool_calls = [
      { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
    ]
    upstream.next(
      json(200, completion({ reasoning_content: 'ask', tool_calls }, 'tool_calls')),
      json(200, completion({ content: 'rain' }, 'stop')),
    )
    const first = await client.messages.create({ ...QUESTION, tools })
    expect(first.stop_reason).toBe('tool_use')
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL },
    }
    const second = await client.messages.create({
      ...QUESTION,
      tools,
      messages: [
        ...QUESTION.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: [image] }] },
      ],
    })
    expect(second.content).toMatchObject([{ text: 'rain' }])
    expect(asked().messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: null, reasoning_content: 'ask', tool_calls },
      { role: 'tool', tool_call_id: 'call_1' },
      { role: 'user', content: [{ type: 'text' }, { type: 'image_url' }] },
    ])
  })

  test('messages.stream with thinking, text and tools: the final message and every event', async () => {
    const { client, upstream, asked } = await given()
    upstream.next(
      events(
        chunk({ role: 'assistant', content: '' }),
        chunk({ reasoning_content: 'I ' }),
        chunk({ reasoning_content: 'ask' }),
        chunk({ content: 'One ' }),
        chunk({ content: 'moment.' }),
        call(0, '', { id: 'call_1', name: 'weather' }),
        call(0, '{"city":'),
        call(0, '"Bern"}'),
        call(1, '{"city":"Ulm"}', { id: 'call_2', name: 'weather' }),
        finish('tool_calls'),
        USAGE_CHUNK,
        DONE,
      ),
    )
    const stream = client.messages.stream({
      ...QUESTION,
      tools,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    })
    const said: string[] = []
    const inputs: unknown[] = []
    stream.on('thinking', (piece) => said.push(`thinking ${piece}`))
    stream.on('text', (piece) => said.push(`text ${piece}`))
    stream.on('contentBlock', (block) => {
      if (block.type === 'tool_use') inputs.push(block.input)
    })
    const message = await stream.finalMessage()
    expect(said).toEqual(['thinking I ', 'thinking ask', 'text One ', 'text moment.'])
    expect(inputs).toEqual([{ city: 'Bern' }, { city: 'Ulm' }])
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'I ask', signature: '' },
      { type: 'text', text: 'One moment.' },
      { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Bern' } },
      { type: 'tool_use', id: 'call_2', name: 'weather', input: { city: 'Ulm' } },
    ])
    expect(message).toMatchObject({ stop_reason: 'tool_use', usage: { input_tokens: 7, output_tokens: 3 } })
    expect(asked()).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: 'low',
    })
  })

  test('text arrives while the upstream still speaks', async () => {
    const { client, upstream } = await given()
    const led = new ControlledStream()
    upstream.next(led.answer)
    const stream = client.messages.stream(QUESTION)
    const first = new Promise((resolve) => stream.once('text', resolve))
    await led.opened
    led.send(chunk({ content: 'first' }))
    expect(await first).toBe('first')
    led.end(finish('stop') + DONE)
    expect((await stream.finalMessage()).content).toMatchObject([{ text: 'first' }])
  })

  test('messages.create with stream: an error in the middle is thrown with the words of the upstream', async () => {
    const { client, upstream } = await given()
    upstream.next(
      events(chunk({ content: 'half' }), frame({ error: { message: 'no more room', code: 503 } })),
    )
    const stream = await client.messages.create({ ...QUESTION, stream: true })
    const types: string[] = []
    const error = await rejection(
      (async () => {
        for await (const event of stream) types.push(event.type)
      })(),
    )
    expect(error).toBeInstanceOf(APIError)
    expect(error.message).toContain('no more room')
    expect(types).toEqual(['message_start', 'content_block_start', 'content_block_delta'])
  })

  test('a stream that is cut off is an error, not an answer', async () => {
    const { client, upstream } = await given()
    const led = new ControlledStream()
    upstream.next(led.answer)
    const stream = client.messages.stream(QUESTION)
    await led.opened
    led.send(chunk({ content: 'half' }))
    await new Promise((resolve) => stream.once('text', resolve))
    led.reset()
    expect((await rejection(stream.finalMessage())).message).toContain('broke off')
  })

  test('an error is the one of its status, with the words of the upstream', async () => {
    const { client, upstream } = await given()
    upstream.next(
      json(429, { error: { message: 'too fast', type: 'requests', code: 'rate_limit_exceeded' } }),
    )
    const error = await rejection(client.messages.create(QUESTION))
    expect(error).toBeInstanceOf(Anthropic.RateLimitError)
    expect(error).toMatchObject({ error: { error: { type: 'rate_limit_error', message: 'too fast' } } })
  })
})
