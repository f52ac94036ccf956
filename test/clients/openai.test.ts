import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import {
  ControlledStream,
  DONE,
  HeldRequest,
  STOP,
  USAGE,
  USAGE_CHUNK,
  chat,
  delta,
  events,
  frame,
  givenUpstream,
  hang,
  json,
} from '../support/servers/fake-upstream.ts'
import type { FakeUpstream } from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../support/servers/proxy-harness.ts'
import type { GivenAccount, GivenProxy, TestProxy } from '../support/servers/proxy-harness.ts'
import { CLIENT_KEY, CountedFetch, collect, expectExact, rejection } from './given-client.ts'

const QUESTION = { model: 'm1', messages: [{ role: 'user' as const, content: 'hi' }] }
const serverError = json(500, { error: { message: 'out of order' } })

interface Setting {
  upstream: FakeUpstream
  proxy: TestProxy
  client: OpenAI
  /** Requests that the client sent to the proxy. */
  sent: CountedFetch
}

async function given(
  accounts: GivenAccount[],
  { settings = {}, timeout }: Pick<GivenProxy, 'settings'> & { timeout?: number } = {},
): Promise<Setting> {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl, settings })
  const sent = new CountedFetch()
  const client = new OpenAI({
    apiKey: CLIENT_KEY,
    organization: 'org-of-the-client',
    baseURL: `${proxy.running.url}/v1`,
    fetch: sent.fetch,
    ...(timeout === undefined ? {} : { timeout }),
  })
  return { upstream, proxy, client, sent }
}

const one = [{ name: 'a', limits: ['10/day'] }]
const two = [...one, { name: 'b', limits: ['10/day'] }]

describe('answers', () => {
  test('a chat completion is what the upstream said, and its headers name the request and the account', async () => {
    const { upstream, proxy, client } = await given(one)
    upstream.next(chat('good day'))
    const { data, response, request_id } = await client.chat.completions.create(QUESTION).withResponse()
    expect(data.choices[0]?.message.content).toBe('good day')
    expect(data.usage).toEqual(USAGE)
    expect(response.headers.get('x-qwenctl-account')).toBe('a')
    expect(response.headers.get('x-qwenctl-attempts')).toBe('1')
    expect(request_id).toBe(response.headers.get('x-request-id'))
    expect(request_id).toMatch(/^req-/)
    expect(upstream.last.headers['openai-organization']).toBeUndefined()
    expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 7, outputTokens: 3 })
    await expectExact(proxy, upstream)
  })

  test('embeddings arrive as numbers, decoded from what the SDK asked for', async () => {
    const { upstream, proxy, client } = await given(one)
    const base64 = Buffer.from(new Float32Array([0.5, -2, 4]).buffer).toString('base64')
    upstream.next(
      json(200, {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: base64 }],
        usage: { prompt_tokens: 4, total_tokens: 4 },
      }),
    )
    const { data } = await client.embeddings.create({ model: 'e1', input: 'words' })
    expect(Array.from(data[0]?.embedding ?? [])).toEqual([0.5, -2, 4])
    expect(upstream.last.path).toBe('/v1/embeddings')
    expect((await proxy.quota()).a?.today).toMatchObject({ inputTokens: 4 })
    await expectExact(proxy, upstream)
  })

  test('models.list gives the models of all accounts, models.retrieve one of them', async () => {
    const { upstream, proxy, client } = await given([...one, { name: 'b', models: ['own-1', 'm1'] }])
    upstream.next(
      json(200, { object: 'list', data: [{ id: 'm1', object: 'model', created: 5, owned_by: 'x' }] }),
    )
    const models = await collect(client.models.list())
    expect(models.map(({ id }) => id).sort()).toEqual(['m1', 'own-1'])
    expect(models.every(({ object, owned_by }) => object === 'model' && owned_by === 'custom')).toBe(true)
    expect(await client.models.retrieve('m1')).toMatchObject({ id: 'm1', created: 5 })
    const unknown = await rejection(client.models.retrieve('m9'))
    expect(unknown).toBeInstanceOf(OpenAI.NotFoundError)
    expect(unknown).toMatchObject({ status: 404, code: 'model_not_found' })
    await expectExact(proxy, upstream)
  })
})

describe('streams', () => {
  const text = [delta('one '), delta('two ☃'), STOP]
  const read = async (client: OpenAI, more: object = {}) =>
    collect(await client.chat.completions.create({ ...QUESTION, stream: true, ...more }))

  test('when usage was not asked for, the client sees no chunk of it, and it is counted all the same', async () => {
    const { upstream, proxy, client } = await given(one)
    upstream.next(events(...text, USAGE_CHUNK, DONE))
    const chunks = await read(client)
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('one two ☃')
    expect(chunks).toHaveLength(3)
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true)
    expect(JSON.parse(upstream.last.body.toString())).toMatchObject({
      stream_options: { include_usage: true },
    })
    expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 7, outputTokens: 3 })
    await expectExact(proxy, upstream)
  })

  test('when usage was asked for, its chunk comes last', async () => {
    const { upstream, proxy, client } = await given(one)
    upstream.next(events(...text, USAGE_CHUNK, DONE))
    const chunks = await read(client, { stream_options: { include_usage: true } })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: USAGE })
    expect((await proxy.quota()).a?.today).toMatchObject({ inputTokens: 7, outputTokens: 3 })
    await expectExact(proxy, upstream)
  })

  test('chunks arrive as the upstream sends them, not when it has ended', async () => {
    const { upstream, client } = await given(one)
    const stream = new ControlledStream()
    upstream.next(stream.answer)
    const opening = client.chat.completions.create({ ...QUESTION, stream: true })
    await stream.opened
    stream.send(delta('early'))
    const chunks = (await opening)[Symbol.asyncIterator]()
    expect((await chunks.next()).value?.choices[0]?.delta.content).toBe('early')
    stream.send(delta('later'))
    expect((await chunks.next()).value?.choices[0]?.delta.content).toBe('later')
    stream.end(STOP + DONE)
    expect((await chunks.next()).value?.choices[0]?.finish_reason).toBe('stop')
    expect((await chunks.next()).done).toBe(true)
  })

  test('the deltas of tool calls are joined by the SDK into whole calls', async () => {
    const { upstream, proxy, client } = await given(one)
    const call = (index: number, fields: object) =>
      frame({
        id: 'c1',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { tool_calls: [{ index, ...fields }] } }],
      })
    upstream.next(
      events(
        frame({ id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content: null } }] }),
        call(0, { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
        call(0, { function: { arguments: '{"city":' } }),
        call(0, { function: { arguments: '"Zürich"}' } }),
        call(1, { id: 'call_2', type: 'function', function: { name: 'clock', arguments: '{}' } }),
        frame({ id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }),
        USAGE_CHUNK,
        DONE,
      ),
    )
    const tool = (name: string) => ({ type: 'function' as const, function: { name, parameters: {} } })
    const stream = client.chat.completions.stream({ ...QUESTION, tools: [tool('weather'), tool('clock')] })
    const { choices } = await stream.finalChatCompletion()
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { id: 'call_1', function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
      { id: 'call_2', function: { name: 'clock', arguments: '{}' } },
    ])
    await expectExact(proxy, upstream)
  })

  test('when the client aborts, the upstream sees it leave, and the try is counted', async () => {
    const { upstream, proxy, client } = await given(one)
    const stream = new ControlledStream()
    upstream.next(stream.answer)
    const opening = client.chat.completions.create({ ...QUESTION, stream: true })
    await stream.opened
    stream.send(delta('one'))
    const chunks = await opening
    for await (const chunk of chunks) {
      expect(chunk.choices[0]?.delta.content).toBe('one')
      chunks.controller.abort()
    }
    await stream.left
    expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'aborted' })
    await expectExact(proxy, upstream)
  })

  test('when the upstream dies in the middle, the SDK throws instead of ending as if all were said', async () => {
    const { upstream, proxy, client, sent } = await given(two)
    const stream = new ControlledStream()
    upstream.nextFor(makeKey('a'), stream.answer)
    const opening = client.chat.completions.create({ ...QUESTION, stream: true })
    await stream.opened
    stream.send(delta('half'))
    const chunks = await opening
    let seen = ''
    const error = await rejection(
      (async () => {
        for await (const chunk of chunks) {
          seen += chunk.choices[0]?.delta.content ?? ''
          stream.reset()
        }
      })(),
    )
    expect(seen).toBe('half')
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error).toMatchObject({ code: 'upstream_unavailable' })
    expect(sent.count).toBe(1)
    expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'lost' })
    await expectExact(proxy, upstream)
  })

  test('when a stream begins with an error after its 200, the next account answers it', async () => {
    const { upstream, proxy, client } = await given(two)
    upstream.nextFor(makeKey('a'), events(frame({ error: { message: 'overloaded', code: 503 } })))
    upstream.nextFor(makeKey('b'), events(...text, USAGE_CHUNK, DONE))
    expect(await read(client)).toHaveLength(3)
    await expectExact(proxy, upstream)
  })

  test('the Responses API streams its events in order, and its usage is counted', async () => {
    const { upstream, proxy, client } = await given(one)
    const event = (type: string, fields: object) => `event: ${type}\n${frame({ type, ...fields })}`
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
    const part = { type: 'output_text', text: '', annotations: [] }
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
    const response = { id: 'resp_1', object: 'response', status: 'in_progress', output: [] }
    upstream.next(
      events(
        event('response.created', { sequence_number: 0, response }),
        event('response.output_item.added', { sequence_number: 1, output_index: 0, item }),
        event('response.content_part.added', { sequence_number: 2, ...at, part }),
        event('response.output_text.delta', { sequence_number: 3, ...at, delta: 'good ', logprobs: [] }),
        event('response.output_text.delta', { sequence_number: 4, ...at, delta: 'day', logprobs: [] }),
        event('response.completed', {
          sequence_number: 5,
          response: {
            ...response,
            status: 'completed',
            output: [{ ...item, status: 'completed', content: [{ ...part, text: 'good day' }] }],
            usage: { input_tokens: 11, output_tokens: 2, total_tokens: 13 },
          },
        }),
      ),
    )
    const stream = client.responses.stream({ model: 'm1', input: 'hi' })
    const types = (await collect(stream)).map(({ type }) => type)
    expect(types.at(0)).toBe('response.created')
    expect(types.at(-1)).toBe('response.completed')
    expect((await stream.finalResponse()).output_text).toBe('good day')
    expect(upstream.last.path).toBe('/v1/responses')
    expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 11, outputTokens: 2 })
    await expectExact(proxy, upstream)
  })
})

describe('errors', () => {
  test('when the pool is out, the SDK throws RateLimitError after exactly one request, with the time of return', async () => {
    const { upstream, proxy, client, sent } = await given([{ name: 'a', limits: ['1/6h'] }])
    upstream.next(chat())
    await client.chat.completions.create(QUESTION)
    sent.count = 0
    const error = await rejection(client.chat.completions.create(QUESTION))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error).toMatchObject({ status: 429, code: 'insufficient_quota', type: 'insufficient_quota' })
    expect(error.message).toContain('custom/a returns first')
    const { headers } = error as InstanceType<typeof OpenAI.RateLimitError>
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(6 * 3600 - 60)
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when accounts answer with 500 and 429, the next one answers, and the SDK sees nothing of it', async () => {
    const { upstream, proxy, client, sent } = await given([...two, { name: 'c' }])
    upstream.nextFor(makeKey('a'), serverError)
    upstream.nextFor(makeKey('b'), json(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }))
    upstream.nextFor(makeKey('c'), chat('from c'))
    const { data, response } = await client.chat.completions.create(QUESTION).withResponse()
    expect(data.choices[0]?.message.content).toBe('from c')
    expect(response.headers.get('x-qwenctl-account')).toBe('c')
    expect(response.headers.get('x-qwenctl-attempts')).toBe('3')
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when the key of a pinned account is refused, the SDK throws PermissionDeniedError and does not retry', async () => {
    const { upstream, proxy, client, sent } = await given(two)
    upstream.next(json(401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }))
    const pinned = { headers: { 'x-qwenctl-account': 'b' } }
    const error = await rejection(client.chat.completions.create(QUESTION, pinned))
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'needs_action' })
    expect(sent.count).toBe(1)
    expect(upstream.keys).toEqual([makeKey('b')])
    await expectExact(proxy, upstream, { b: 1 })
  })

  test('when no account serves the model, the SDK throws NotFoundError without a request upstream', async () => {
    const { upstream, proxy, client, sent } = await given([{ name: 'a', models: ['m1'] }])
    const error = await rejection(client.chat.completions.create({ ...QUESTION, model: 'm9' }))
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' })
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when the upstream finds fault with the request, the SDK reads it as the upstream said it', async () => {
    const { upstream, proxy, client, sent } = await given(two)
    const fault = { message: 'too long', type: 'invalid_request_error', param: 'messages', code: 'context' }
    upstream.next(json(400, { error: fault }))
    const error = await rejection(client.chat.completions.create(QUESTION))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, param: 'messages', code: 'context', error: fault })
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when every upstream fails, the SDK retries as it does and its later request may succeed', async () => {
    const { upstream, proxy, client, sent } = await given(one)
    upstream.next(serverError, chat('at last'))
    const { choices } = await client.chat.completions.create(QUESTION)
    expect(choices[0]?.message.content).toBe('at last')
    expect(sent.count).toBe(2)
    await expectExact(proxy, upstream)
  })

  test('when the upstream says nothing in time, the SDK reads a 504', async () => {
    const { upstream, proxy, client } = await given(one, { settings: { headersTimeoutMs: 100 } })
    upstream.next(hang)
    const error = await rejection(client.chat.completions.create(QUESTION, { maxRetries: 0 }))
    expect(error).toBeInstanceOf(OpenAI.InternalServerError)
    expect(error).toMatchObject({ status: 504, code: 'upstream_timeout' })
    await expectExact(proxy, upstream)
  })

  test("when the client's own time is up, the upstream is left", async () => {
    const { upstream, proxy, client } = await given(one)
    const held = new HeldRequest()
    upstream.next(held.answer)
    // The time is the client's, and runs only once its request is where it will hang.
    const controller = new AbortController()
    const asking = rejection(client.chat.completions.create(QUESTION, { signal: controller.signal }))
    await held.arrived
    controller.abort()
    expect(await asking).toBeInstanceOf(OpenAI.APIUserAbortError)
    await held.left
    expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'aborted' })
    await expectExact(proxy, upstream)
  })

  test('when the client has a time-out, the SDK throws its own error for it', async () => {
    const { upstream, client } = await given(one, { timeout: 150 })
    upstream.always(hang)
    const error = await rejection(client.chat.completions.create(QUESTION, { maxRetries: 0 }))
    expect(error).toBeInstanceOf(OpenAI.APIConnectionTimeoutError)
  })
})
