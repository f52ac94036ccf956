import { expect, test } from 'vitest'
import type { Exchange } from '../../../../../src/lib/proxy/pipeline/exchange/exchange.ts'
import { Heartbeats, type WaitingStream } from '../../../../../src/lib/proxy/pipeline/exchange/heartbeats.ts'
import {
  ControlledStream,
  DONE,
  HeldRequest,
  STOP,
  chat,
  delta,
  givenUpstream,
  json,
} from '../../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy, until } from '../../../../support/servers/proxy-harness.ts'

const ASKED = { model: 'm1', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }], stream: true }
const VERSION = { 'anthropic-version': '2023-06-01' }

test('a stream gets its first sign by what is known of its status, and later ones as often', () => {
  let now = 0
  const signs: number[] = []
  const exchange = {
    heardAt: 0,
    keepOpen() {
      signs.push(now)
      exchange.heardAt = now
    },
  }
  const waiting = {
    exchange: exchange as unknown as Exchange,
    patience: 'no-status' as WaitingStream['patience'],
  }
  const heartbeats = new Heartbeats(() => now)
  heartbeats.watch(waiting)
  const pass = (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += 1000
      heartbeats.beat()
    }
  }
  pass(10_000)
  waiting.patience = 'status'
  pass(8_000)
  waiting.patience = 'closed'
  pass(60_000)
  heartbeats.unwatch(waiting)
  waiting.patience = 'status'
  pass(60_000)
  expect(signs).toEqual([8_000, 12_000, 16_000])
})

async function given(names: string[]) {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: names.map((name) => ({ name })),
    baseUrl: upstream.baseUrl,
    settings: { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000 },
  })
  return { upstream, proxy }
}

test('a waiting client gets a sign, and the next account may still answer', async () => {
  const { upstream, proxy } = await given(['a', 'b'])
  const held = new HeldRequest()
  const second = new HeldRequest()
  upstream.next(held.answer, second.answer)
  const reply = await proxy.open('/v1/chat/completions', { body: { ...QUESTION, stream: true } })
  await reply.sees(': waiting')
  const message = await proxy.open('/v1/messages', { body: ASKED, headers: VERSION })
  await message.sees('event: ping')
  held.release(json(503, { error: { message: 'overloaded' } }))
  upstream.next(chat('from b'))
  expect((await reply.whole()).text).toContain('from b')
  second.release(json(400, { error: { message: 'bad thing', type: 'invalid_request_error', code: null } }))
  expect((await message.whole()).text).toContain('event: error\ndata: {"type":"error"')
})

test('a stream that pauses between events gets signs, and stays a valid stream', async () => {
  const { upstream, proxy } = await given(['a'])
  const stream = new ControlledStream()
  upstream.next(stream.answer)
  const reply = await proxy.open('/v1/chat/completions', { body: { ...QUESTION, stream: true } })
  await stream.opened
  stream.send(delta('hel'))
  await reply.sees(': waiting')
  stream.end(delta('lo') + STOP + DONE)
  const { text } = await reply.whole()
  expect(text.replaceAll(': waiting\n\n', '')).toBe(delta('hel') + delta('lo') + STOP + DONE)
  await until(() => proxy.running.inFlight === 0)
})
