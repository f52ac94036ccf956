import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, test } from 'vitest'
import { ControlledStream, events, givenUpstream, json } from '../support/servers/fake-upstream.ts'
import type { Answer, FakeUpstream } from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../support/servers/proxy-harness.ts'
import type { GivenAccount, TestProxy } from '../support/servers/proxy-harness.ts'
import { CLIENT_KEY, CountedFetch, collect, expectExact, rejection } from './given-client.ts'

const QUESTION = {
  model: 'claude-x',
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: 'hi' }],
}

interface Setting {
  upstream: FakeUpstream
  proxy: TestProxy
  client: Anthropic
  /** Requests that the client sent to the proxy. */
  sent: CountedFetch
}

async function given(names: string[], more: Partial<GivenAccount> = {}): Promise<Setting> {
  const upstream = await givenUpstream()
  const accounts = names.map((name) => ({ name, provider: 'anthropic', baseUrl: upstream.origin, ...more }))
  const proxy = await givenProxy({ accounts })
  const sent = new CountedFetch()
  // As ANTHROPIC_BASE_URL is written everywhere: without /v1.
  const client = new Anthropic({ apiKey: CLIENT_KEY, baseURL: proxy.running.url, fetch: sent.fetch })
  return { upstream, proxy, client, sent }
}

const usage = {
  input_tokens: 12,
  output_tokens: 1,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
}
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', stop_sequence: null }

function said(text: string): Answer {
  return json(200, {
    ...message,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { ...usage, output_tokens: 5 },
  })
}

function failed(status: number, type: string, headers: Record<string, string> = {}): Answer {
  return json(status, { type: 'error', error: { type, message: `it is ${type}` } }, headers)
}

function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

const START = event('message_start', { message: { ...message, content: [], stop_reason: null, usage } })
const STOP = event('message_stop')

function end(stop_reason: string, output_tokens: number): string {
  return (
    event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } }) + STOP
  )
}

function text(index: number, ...parts: string[]): string {
  const deltas = parts.map((part) =>
    event('content_block_delta', { index, delta: { type: 'text_delta', text: part } }),
  )
  return [
    event('content_block_start', { index, content_block: { type: 'text', text: '' } }),
    ...deltas,
    event('content_block_stop', { index }),
  ].join('')
}

describe('answers', () => {
  test('a message is what the upstream said, and the request is named as the SDK looks for it', async () => {
    const { upstream, proxy, client, sent } = await given(['a'])
    upstream.next(said('good day'))
    const { data, response, request_id } = await client.messages.create(QUESTION).withResponse()
    expect(data.content).toEqual([{ type: 'text', text: 'good day' }])
    expect(response.headers.get('x-qwenctl-account')).toBe('a')
    expect(request_id).toBe(response.headers.get('x-request-id'))
    expect(upstream.last.path).toBe('/v1/messages')
    const version = sent.headers.get('anthropic-version')
    expect(version).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(upstream.last.headers).toMatchObject({ 'x-api-key': makeKey('a'), 'anthropic-version': version })
    expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 12, outputTokens: 5 })
    await expectExact(proxy, upstream)
  })

  test('a client that authenticates with a token instead of a key is served the same', async () => {
    const { upstream, proxy } = await given(['a'])
    upstream.next(said('good day'))
    const client = new Anthropic({ apiKey: null, authToken: CLIENT_KEY, baseURL: proxy.running.url })
    await client.messages.create(QUESTION)
    expect(upstream.last.headers['x-api-key']).toBe(makeKey('a'))
    expect(upstream.last.headers.authorization).toBeUndefined()
    await expectExact(proxy, upstream)
  })

  test('a beta request arrives with its query and its header', async () => {
    const { upstream, proxy, client } = await given(['a'])
    upstream.next(said('good day'))
    await client.beta.messages.create({ ...QUESTION, betas: ['some-beta'] }, { query: { beta: 'true' } })
    expect(upstream.last.path).toBe('/v1/messages?beta=true')
    expect(upstream.last.headers['anthropic-beta']).toBe('some-beta')
    await expectExact(proxy, upstream)
  })

  test('models.list reads the models of the pool in the shape it knows', async () => {
    const { upstream, proxy, client } = await given(['a'])
    upstream.next(
      json(200, {
        data: [
          { type: 'model', id: 'claude-x', display_name: 'Claude X', created_at: '2026-01-01T00:00:00Z' },
        ],
        has_more: false,
        first_id: 'claude-x',
        last_id: 'claude-x',
      }),
    )
    const models = await collect(client.models.list())
    expect(models).toMatchObject([{ type: 'model', id: 'claude-x' }])
    expect(Number.isNaN(Date.parse(models[0]!.created_at))).toBe(false)
    expect(await client.models.retrieve('claude-x')).toMatchObject({ id: 'claude-x', type: 'model' })
    await expectExact(proxy, upstream)
  })
})

describe('streams', () => {
  test('messages.stream joins the text and its usage, which is counted', async () => {
    const { upstream, proxy, client } = await given(['a'])
    upstream.next(events(START, event('ping'), text(0, 'good ', 'day ☃'), end('end_turn', 9)))
    const final = await client.messages.stream(QUESTION).finalMessage()
    expect(final.content).toMatchObject([{ type: 'text', text: 'good day ☃' }])
    expect(final.usage).toMatchObject({ input_tokens: 12, output_tokens: 9 })
    expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 12, outputTokens: 9 })
    await expectExact(proxy, upstream)
  })

  test('a streamed use of a tool arrives with its input whole', async () => {
    const { upstream, proxy, client } = await given(['a'])
    const part = (partial_json: string) =>
      event('content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json } })
    upstream.next(
      events(
        START,
        text(0, 'I look.'),
        event('content_block_start', {
          index: 1,
          content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
        }),
        part('{"city":"Zü'),
        part('rich"}'),
        event('content_block_stop', { index: 1 }),
        end('tool_use', 20),
      ),
    )
    const tool = { name: 'weather', input_schema: { type: 'object' as const } }
    const final = await client.messages.stream({ ...QUESTION, tools: [tool] }).finalMessage()
    expect(final.stop_reason).toBe('tool_use')
    expect(final.content[1]).toMatchObject({ type: 'tool_use', name: 'weather', input: { city: 'Zürich' } })
    expect(JSON.parse(upstream.last.body.toString())).toMatchObject({ tools: [tool] })
    await expectExact(proxy, upstream)
  })

  test('when a stream begins with overloaded_error after its 200, the next account answers', async () => {
    const { upstream, proxy, client, sent } = await given(['a', 'b'])
    const error = { type: 'overloaded_error', message: 'Overloaded' }
    upstream.nextFor(makeKey('a'), events(event('error', { error })))
    upstream.nextFor(makeKey('b'), events(START, text(0, 'from b'), end('end_turn', 2)))
    expect(await client.messages.stream(QUESTION).finalText()).toBe('from b')
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when the upstream dies in the middle, the SDK throws', async () => {
    const { upstream, proxy, client } = await given(['a', 'b'])
    const stream = new ControlledStream()
    upstream.nextFor(makeKey('a'), stream.answer)
    const messages = client.messages.stream(QUESTION)
    const final = rejection(messages.finalMessage())
    messages.on('text', () => stream.reset())
    await stream.opened
    stream.send(START + text(0, 'half').replace(/event: content_block_stop[^]*$/, ''))
    const error = await final
    expect(error).toBeInstanceOf(Anthropic.APIError)
    expect(error.message).toContain('upstream_unavailable')
    expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'lost' })
    await expectExact(proxy, upstream)
  })

  test('when the client aborts, the upstream sees it leave', async () => {
    const { upstream, proxy, client } = await given(['a'])
    const stream = new ControlledStream()
    upstream.next(stream.answer)
    const messages = client.messages.stream(QUESTION)
    const final = rejection(messages.finalMessage())
    messages.on('text', () => messages.abort())
    await stream.opened
    stream.send(START + text(0, 'enough'))
    expect(await final).toBeInstanceOf(Anthropic.APIUserAbortError)
    await stream.left
    expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'aborted' })
    await expectExact(proxy, upstream)
  })
})

describe('errors', () => {
  test('when the pool is out, the SDK throws RateLimitError after exactly one request', async () => {
    const { upstream, proxy, client, sent } = await given(['a'], { limits: ['1/6h'] })
    upstream.next(said('the only one'))
    await client.messages.create(QUESTION)
    sent.count = 0
    const error = await rejection(client.messages.create(QUESTION))
    expect(error).toBeInstanceOf(Anthropic.RateLimitError)
    expect(error).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      error: { type: 'error', error: { type: 'rate_limit_error', code: 'quota_exhausted' } },
    })
    const { headers, requestID } = error as InstanceType<typeof Anthropic.RateLimitError>
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(6 * 3600 - 60)
    expect(requestID).toBe(headers.get('x-request-id'))
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when accounts are overloaded (529) or rate limited, the next one answers, and the SDK sees nothing of it', async () => {
    const { upstream, proxy, client, sent } = await given(['a', 'b', 'c'])
    upstream.nextFor(makeKey('a'), failed(529, 'overloaded_error'))
    upstream.nextFor(makeKey('b'), failed(429, 'rate_limit_error', { 'retry-after': '30' }))
    upstream.nextFor(makeKey('c'), said('from c'))
    const { response } = await client.messages.create(QUESTION).withResponse()
    expect(response.headers.get('x-qwenctl-account')).toBe('c')
    expect(response.headers.get('x-qwenctl-attempts')).toBe('3')
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test('when the upstream finds fault with the request, the SDK reads it as the upstream said it', async () => {
    const { upstream, proxy, client, sent } = await given(['a', 'b'])
    upstream.next(failed(400, 'invalid_request_error'))
    const error = await rejection(client.messages.create(QUESTION))
    expect(error).toBeInstanceOf(Anthropic.BadRequestError)
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(sent.count).toBe(1)
    await expectExact(proxy, upstream)
  })

  test.each([
    [401, 'authentication_error', 403, 'permission_error', Anthropic.PermissionDeniedError, 1],
    [404, 'not_found_error', 404, 'not_found_error', Anthropic.NotFoundError, 0],
  ] as const)(
    'when a pinned account answers %i with %s, the SDK throws its class for %i',
    async (answered, said, status, type, expected, givenBack) => {
      const { upstream, proxy, client } = await given(['a', 'b'])
      upstream.next(failed(answered, said))
      const pinned = { headers: { 'x-qwenctl-account': 'b' } }
      const error = await rejection(client.messages.create(QUESTION, pinned))
      expect(error).toBeInstanceOf(expected)
      expect(error).toMatchObject({ status, type })
      expect(upstream.keys).toEqual([makeKey('b')])
      await expectExact(proxy, upstream, { b: givenBack })
    },
  )

  test('when no account can count tokens, the SDK gets an estimate', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const client = new Anthropic({ apiKey: CLIENT_KEY, baseURL: proxy.running.url, maxRetries: 0 })
    const { model, messages } = QUESTION
    const { data, response } = await client.messages.countTokens({ model, messages }).withResponse()
    expect(data.input_tokens).toBeGreaterThan(0)
    expect(response.headers.get('x-qwenctl-estimated')).toBe('true')
  })
})
