import { describe, expect, test } from 'vitest'
import {
  ControlledStream,
  DONE,
  STOP,
  USAGE_CHUNK,
  bytes,
  delta,
  events,
  frame,
  givenUpstream,
} from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'

const USAGE_TOTALS = { succeeded: 1, failed: 0, inputTokens: 7, outputTokens: 3 }

async function lastSettlement(proxy: TestProxy): Promise<Record<string, unknown> | undefined> {
  return (await proxy.settlements()).at(-1)
}

test('when a stream passes, its events reach the client byte for byte, odd line ends and comments included', async () => {
  const odd =
    ': a comment\r\n\r\n' +
    'id: 7\r\nretry: 10\r\ndata: {"choices":[{"index":0,"delta":{"content":"caf\u00e9 \u2603 \\u0041"}}]}\r\n\r\n' +
    'data:{"choices":[]}\n\n: keep-alive\n\n' +
    'event: custom\ndata: line one\ndata: line two\n\n' +
    STOP +
    DONE
  const upstream = await givenUpstream()
  upstream.next(
    bytes(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-model-version': '3' }, odd),
  )
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await (await proxy.stream({ stream_options: { include_usage: true } })).whole()
  expect(reply.text).toBe(odd)
  expect(reply.isCut).toBe(false)
  expect(reply.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-model-version': '3',
    'x-qwenctl-account': 'a',
    'x-qwenctl-attempts': '1',
  })
})

test('when the upstream has sent its first event, the client has it before the upstream sends the last', async () => {
  const upstream = await givenUpstream()
  const live = new ControlledStream()
  upstream.next(live.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const opening = proxy.stream()
  await live.opened
  live.send(delta('one'))
  const reply = await opening
  await reply.sees('one')
  for (const word of ['two', 'three']) {
    live.send(delta(word))
    await reply.sees(word)
  }
  live.end(STOP + DONE)
  expect((await reply.whole()).text.endsWith(DONE)).toBe(true)
})

test('when an event comes in pieces, also within a character, it is passed on whole', async () => {
  const upstream = await givenUpstream()
  const live = new ControlledStream()
  upstream.next(live.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const opening = proxy.stream()
  await live.opened
  live.send(delta('first'))
  const reply = await opening
  const whole = Buffer.from(delta('snow \u2603 man') + STOP + DONE)
  for (const byte of whole) live.send(Buffer.of(byte))
  live.end()
  expect((await reply.whole()).text).toBe(delta('first') + whole.toString('utf8'))
})

test.each(['Text/Event-Stream', 'text/event-stream;charset=UTF-8'])(
  'when the stream calls itself %s, it is passed on as it comes',
  async (contentType) => {
    const upstream = await givenUpstream()
    const live = new ControlledStream({ 'content-type': contentType })
    upstream.next(live.answer)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one'))
    await (await opening).sees('one')
    live.end(STOP + DONE)
  },
)

describe('usage of streams', () => {
  test('when the client did not ask for usage, it is asked for, counted, and its chunk is left out', async () => {
    const upstream = await givenUpstream()
    upstream.next(events(delta('hi'), STOP, USAGE_CHUNK, DONE))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await (await proxy.stream()).whole()
    const sent = JSON.parse(upstream.last.body.toString('utf8')) as Record<string, unknown>
    expect(sent).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(reply.text).toBe(delta('hi') + STOP + DONE)
    expect((await proxy.quota()).a?.today).toMatchObject(USAGE_TOTALS)
  })

  test('when the client asked for usage itself, its chunk stays', async () => {
    const upstream = await givenUpstream()
    upstream.next(events(delta('hi'), STOP, USAGE_CHUNK, DONE))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await (await proxy.stream({ stream_options: { include_usage: true } })).whole()
    expect(reply.text).toBe(delta('hi') + STOP + USAGE_CHUNK + DONE)
    expect((await proxy.quota()).a?.today).toMatchObject(USAGE_TOTALS)
  })

  test('when the client refused usage, it is counted all the same and not shown', async () => {
    const upstream = await givenUpstream()
    upstream.next(events(delta('hi'), STOP, USAGE_CHUNK, DONE))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await (await proxy.stream({ stream_options: { include_usage: false } })).whole()
    expect(reply.text).toBe(delta('hi') + STOP + DONE)
    expect((await proxy.quota()).a?.today).toMatchObject(USAGE_TOTALS)
  })

  test('when a Messages stream tells its usage in two events, both are counted and nothing is changed', async () => {
    const event = (type: string, data: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
    const stream =
      event('message_start', {
        message: { id: 'm', usage: { input_tokens: 7, cache_read_input_tokens: 5, output_tokens: 1 } },
      }) +
      event('ping', {}) +
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hi' } }) +
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }) +
      event('message_stop', {})
    const upstream = await givenUpstream()
    upstream.next(events(stream))
    const proxy = await givenProxy({
      accounts: [{ name: 'a', provider: 'anthropic', baseUrl: upstream.origin }],
    })
    const body = { model: 'claude-x', max_tokens: 9, stream: true, messages: [] }
    const reply = await proxy.post('/v1/messages', body)
    expect(reply.text).toBe(stream)
    expect(JSON.parse(upstream.last.body.toString('utf8'))).toEqual(body)
    expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 12, outputTokens: 3 })
  })
})

describe('when a stream breaks off after its first event', () => {
  const ways = {
    'by a reset': (live: ControlledStream) => live.reset(),
    'by an end without an end event': (live: ControlledStream) => live.end(),
    'within an event': (live: ControlledStream) => live.end('data: {"choices":[{"index":0,"del'),
  }

  test.each(Object.entries(ways))(
    '%s, an OpenAI client gets an error event and no [DONE], and it is a counted failure',
    async (_, breakOff) => {
      const upstream = await givenUpstream()
      const live = new ControlledStream()
      upstream.nextFor(makeKey('a'), live.answer) // a request to b would fail the test: nothing is replayed
      const proxy = await givenProxy({
        accounts: [
          { name: 'a', limits: ['5/24h'] },
          { name: 'b', limits: ['5/24h'] },
        ],
        baseUrl: upstream.baseUrl,
      })
      const opening = proxy.stream()
      await live.opened
      live.send(delta('one'))
      const opened = await opening
      await opened.sees('one')
      breakOff(live)
      const reply = await opened.whole()
      const [first, last, ...more] = reply.text.split('\n\n').filter(Boolean)
      expect(`${first}\n\n`).toBe(delta('one'))
      expect(JSON.parse(last!.replace('data: ', ''))).toMatchObject({
        error: { code: 'upstream_unavailable', type: 'server_error', param: null },
      })
      expect(more).toEqual([])
      expect(reply.isCut).toBe(false)
      expect(await lastSettlement(proxy)).toMatchObject({ outcome: 'lost' })
      const { a } = await proxy.quota()
      expect(a?.limits[0]?.used).toBe(1)
      expect(a?.today).toMatchObject({ requests: 1, succeeded: 0, failed: 1 })
      expect(upstream.count()).toBe(1)
    },
  )

  test('an Anthropic client gets an error event of its dialect and no message_stop', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenProxy({
      accounts: [{ name: 'a', provider: 'anthropic', baseUrl: upstream.origin }],
    })
    const opening = proxy.open('/v1/messages', { body: { model: 'claude-x', stream: true, messages: [] } })
    await live.opened
    live.send(
      'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":4}}}\n\n',
    )
    const opened = await opening
    await opened.sees('message_start')
    live.reset()
    const reply = await opened.whole()
    expect(reply.text).toMatch(
      /\n\nevent: error\ndata: \{"type":"error","error":\{"type":"api_error",.*\}\n\n$/,
    )
    expect(reply.text).not.toContain('message_stop')
    expect(await lastSettlement(proxy)).toMatchObject({ outcome: 'lost', inputTokens: 4 })
  })

  test('by silence for longer than is allowed, the client hears of it too', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }],
      baseUrl: upstream.baseUrl,
      settings: { idleTimeoutMs: 100 },
    })
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one'))
    const reply = await (await opening).whole()
    expect(reply.text).toContain('upstream_unavailable')
    await live.left
  })
})

test('when a stream says its error itself, the event passes, nothing is added, and what it says rests', async () => {
  const said = frame({
    error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  })
  const upstream = await givenUpstream()
  upstream.next(events(delta('one'), said))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await (await proxy.stream()).whole()
  expect(reply.text).toBe(delta('one') + said)
  const { a } = await proxy.quota()
  expect(a?.today).toMatchObject({ succeeded: 0, failed: 1 })
  expect(a?.cooldowns[0]).toMatchObject({ reason: 'rate-short', model: 'm1' })
})

test('when a long plain answer breaks off, the client sees a broken connection and no whole answer', async () => {
  const upstream = await givenUpstream()
  const live = new ControlledStream({ 'content-type': 'application/json' })
  upstream.next(live.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const opening = proxy.open('/v1/chat/completions', { body: { model: 'm1', messages: [] } })
  await live.opened
  live.send(`{"text":"${'x'.repeat(2_000_000)}`)
  const opened = await opening
  await opened.sees('xxx')
  live.reset()
  expect((await opened.whole()).isCut).toBe(true)
  expect(await lastSettlement(proxy)).toMatchObject({ outcome: 'lost' })
})
