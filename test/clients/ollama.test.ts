// The ollama package as its users call it, over accounts of either format.

import { Ollama } from 'ollama'
import { describe, expect, test } from 'vitest'
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
import type { FakeUpstream } from '../support/servers/fake-upstream.ts'
import { givenProxy } from '../support/servers/proxy-harness.ts'
import type { TestProxy } from '../support/servers/proxy-harness.ts'
import { collect, rejection } from './given-client.ts'

const messages = [{ role: 'user', content: 'hi' }]

interface Setting {
  upstream: FakeUpstream
  proxy: TestProxy
  ollama: Ollama
  sent: () => Record<string, unknown>
}

async function given(names = ['a']): Promise<Setting> {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: names.map((name) => ({ name })), baseUrl: upstream.baseUrl })
  const sent = () => JSON.parse(upstream.last.body.toString()) as Record<string, unknown>
  return { upstream, proxy, sent, ollama: new Ollama({ host: proxy.running.url }) }
}

describe('chat', () => {
  test('is answered whole, with counts and durations', async () => {
    const { upstream, ollama, sent } = await given()
    upstream.next(chat('good day'))
    const options = { temperature: 0.2, top_k: 5, num_predict: 30, stop: ['x'], num_ctx: 4096 }
    const reply = await ollama.chat({ model: 'm1', messages, options, format: 'json', keep_alive: '5m' })
    expect(reply).toMatchObject({
      model: 'm1',
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 7,
      eval_count: 3,
      message: { role: 'assistant', content: 'good day' },
    })
    expect(reply.total_duration).toBeTypeOf('number')
    // Services of the chat format want the word in the conversation.
    expect(sent()).toEqual({
      model: 'm1',
      messages: [{ role: 'system', content: 'Answer in JSON.' }, ...messages],
      temperature: 0.2,
      max_tokens: 30,
      stop: ['x'],
      response_format: { type: 'json_object' },
    })
  })

  test('is streamed, with thinking and the last counts', async () => {
    const { upstream, ollama } = await given()
    const thought = frame({ choices: [{ index: 0, delta: { reasoning_content: 'hm' } }] })
    upstream.next(events(thought, delta('hel'), delta('lo'), STOP, USAGE_CHUNK, DONE))
    const parts = await collect(await ollama.chat({ model: 'm1', messages, stream: true }))
    expect(parts.map(({ message }) => message.content).join('')).toBe('hello')
    expect(parts.map(({ message }) => message.thinking ?? '').join('')).toBe('hm')
    expect(parts.at(-1)).toMatchObject({
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 7,
      eval_count: 3,
    })
    expect(parts.filter(({ done }) => done)).toHaveLength(1)
  })

  test('takes tools, pictures and a schema, and pairs results with their calls', async () => {
    const { upstream, ollama, sent } = await given()
    const pieces = [
      frame({
        choices: [
          {
            index: 0,
            delta: { tool_calls: [{ index: 0, id: 'c9', function: { name: 'f', arguments: '{"a":' } }] },
          },
        ],
      }),
      frame({
        choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '1}' } }] } }],
      }),
      frame({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }),
    ]
    upstream.next(events(...pieces, DONE), chat('done'))
    const tools = [
      { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
    ]
    const asked = [{ role: 'user', content: 'look', images: ['iVBORw0KGgo='] }]
    const parts = await collect(await ollama.chat({ model: 'm1', messages: asked, tools, stream: true }))
    const calls = parts.flatMap(({ message }) => message.tool_calls ?? [])
    expect(calls).toMatchObject([{ function: { name: 'f', arguments: { a: 1 } } }])
    expect(sent().messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
    ])
    const bare = calls.map(({ function: made }) => ({ function: made }))
    const history = [
      ...messages,
      { role: 'assistant', content: '', tool_calls: bare },
      { role: 'tool', content: '42', tool_name: 'f' },
    ]
    const format = { type: 'object', properties: { x: { type: 'number' } } }
    await ollama.chat({ model: 'm1', messages: history, format })
    expect(sent()).toMatchObject({
      messages: [
        ...messages,
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '42' },
      ],
      response_format: { type: 'json_schema', json_schema: { schema: format } },
    })
  })

  test('fails over, and says in one request why none can serve', async () => {
    const { upstream, proxy, ollama } = await given(['a', 'b'])
    upstream.next(json(503, { error: { message: 'out of order' } }), chat('from b'))
    expect((await ollama.chat({ model: 'm1', messages })).message.content).toBe('from b')
    upstream.always(json(429, { error: { message: 'slow down' } }, { 'retry-after': '30' }))
    const before = upstream.count()
    const error = await rejection(ollama.chat({ model: 'm1', messages }))
    expect(error.message).toContain('every account for this request is out')
    expect(upstream.count() - before).toBeLessThanOrEqual(2)
    expect(proxy.running.inFlight).toBe(0)
  })

  test('tells a stream that breaks off as an error', async () => {
    const { upstream, ollama } = await given()
    upstream.next(events(delta('hel')))
    const stream = await ollama.chat({ model: 'm1', messages, stream: true })
    expect((await rejection(collect(stream))).message).toContain('broke off')
  })
})

test('generate answers and streams a prompt, and loads a model without one', async () => {
  const { upstream, ollama, sent } = await given()
  upstream.next(chat('good day'), events(delta('hel'), delta('lo'), STOP, DONE))
  const reply = await ollama.generate({ model: 'm1', prompt: 'hi', system: 'be kind' })
  expect(reply).toMatchObject({ response: 'good day', done: true, eval_count: 3 })
  expect(sent().messages).toEqual([{ role: 'system', content: 'be kind' }, ...messages])
  const parts = await collect(await ollama.generate({ model: 'm1', prompt: 'hi', stream: true }))
  expect(parts.map(({ response }) => response).join('')).toBe('hello')
  expect(await ollama.generate({ model: 'm1', prompt: '' })).toMatchObject({
    done: true,
    done_reason: 'load',
  })
})

test('embed turns one text or several into vectors', async () => {
  const { upstream, ollama, sent } = await given()
  const data = [{ embedding: [0.5, 1] }, { embedding: [2, 3] }]
  upstream.next(json(200, { object: 'list', data, usage: { prompt_tokens: 4, total_tokens: 4 } }))
  const reply = await ollama.embed({ model: 'm1', input: ['a', 'b'] })
  expect(reply).toMatchObject({
    embeddings: [
      [0.5, 1],
      [2, 3],
    ],
    prompt_eval_count: 4,
  })
  expect(sent()).toEqual({ model: 'm1', input: ['a', 'b'] })
})

test('models are listed and shown, and the management API is beside', async () => {
  const { upstream, proxy, ollama } = await given()
  upstream.always(json(200, { object: 'list', data: [{ id: 'm1', created: 1 }] }))
  const { models } = await ollama.list()
  expect(models.map(({ name }) => name)).toEqual(['m1'])
  expect((await ollama.show({ model: 'm1' })).capabilities).toContain('completion')
  expect((await rejection(ollama.show({ model: 'none' }))).message).toContain(
    'no account lists the model none',
  )
  expect(((await proxy.get('/api/version')).json as { version?: string }).version).toMatch(/^0\./)
})

test('the key rules are those of /v1', async () => {
  const { upstream, proxy } = await given()
  const { secret } = await proxy.toolkit.keys.create({ name: 'ci', models: ['m1'] })
  const ask = (key: string, model = 'm1') =>
    new Ollama({ host: proxy.running.url, headers: { authorization: `Bearer ${key}` } }).chat({
      model,
      messages,
    })
  expect((await rejection(ask('qk_wrong'))).message).toContain('the client key is not known')
  expect((await rejection(ask(secret, 'm2'))).message).toContain('may not use the model m2')
  upstream.next(chat('good day'))
  expect((await ask(secret)).message.content).toBe('good day')
})
