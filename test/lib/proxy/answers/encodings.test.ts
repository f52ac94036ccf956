import {
  brotliCompressSync,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Answer, FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import {
  DONE,
  STOP,
  USAGE,
  USAGE_CHUNK,
  bytes,
  chat,
  delta,
  events,
  frame,
  givenUpstream,
  json,
} from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'

const ASKED = { model: 'm1', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] }
const VERSION = { 'anthropic-version': '2023-06-01' }

async function given(names = ['a']): Promise<{ upstream: FakeUpstream; proxy: TestProxy }> {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: names.map((name) => ({ name, limits: ['99/24h'] })),
    baseUrl: upstream.baseUrl,
    settings: { maxBodyMb: 1 },
  })
  return { upstream, proxy }
}

const encoders = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const

describe('a compressed request', () => {
  test.each(encoders)('in %s arrives as it was', async (coding, encode) => {
    const { upstream, proxy } = await given()
    upstream.always(chat())
    const plain = Buffer.from(JSON.stringify({ ...QUESTION, seed: 7 }))
    const reply = await proxy.post('/v1/chat/completions', encode(plain), { 'content-encoding': coding })
    expect(reply.status).toBe(200)
    expect(upstream.last.body).toEqual(plain)
    expect(upstream.last.headers['content-encoding']).toBeUndefined()
    expect(upstream.last.headers['content-length']).toBe(String(plain.length))
  })

  test('in a chain of codings is decoded from the last to the first', async () => {
    const { upstream, proxy } = await given()
    upstream.next(chat())
    const body = zstdCompressSync(gzipSync(JSON.stringify(QUESTION)))
    const reply = await proxy.post('/v1/chat/completions', body, {
      'content-encoding': 'gzip, identity, ZSTD',
    })
    expect(reply.status).toBe(200)
    expect(JSON.parse(upstream.last.body.toString())).toEqual(QUESTION)
  })

  test('that is larger than allowed once decoded is 413, for every coding', async () => {
    const { upstream, proxy } = await given()
    const huge = Buffer.from(JSON.stringify({ ...QUESTION, pad: 'x'.repeat(1_100_000) }))
    for (const [coding, encode] of encoders) {
      const reply = await proxy.post('/v1/chat/completions', encode(huge), { 'content-encoding': coding })
      expect([coding, reply.status, reply.json.error.code]).toEqual([coding, 413, 'request_too_large'])
    }
    expect(upstream.count()).toBe(0)
  })

  test('in an unknown coding is 415 in the format of the client', async () => {
    const { upstream, proxy } = await given()
    for (const [path, headers] of [
      ['/v1/chat/completions', {}],
      ['/v1/messages', VERSION],
    ] as const) {
      const reply = await proxy.post(path, 'x', { 'content-encoding': 'compress', ...headers })
      expect(reply.status).toBe(415)
      expect(reply.headers['accept-encoding']).toBe('gzip, deflate, br, zstd')
      expect(reply.headers['x-qwenctl-error']).toBe('unsupported_encoding')
      expect(reply.json.type).toBe(path === '/v1/messages' ? 'error' : undefined)
    }
    expect(upstream.count()).toBe(0)
  })

  test('that is damaged is 400, and the connection serves the next request', async () => {
    const { upstream, proxy } = await given()
    const body = gzipSync(JSON.stringify(QUESTION)).subarray(0, 30)
    const reply = await proxy.post('/v1/chat/completions', body, { 'content-encoding': 'gzip' })
    expect([reply.status, reply.json.error.code]).toEqual([400, 'invalid_request'])
    upstream.next(chat())
    expect((await proxy.chat()).status).toBe(200)
  })
})

test('a byte order mark before a request is dropped', async () => {
  const { upstream, proxy } = await given()
  upstream.next(chat())
  const reply = await proxy.post('/v1/chat/completions', `\uFEFF${JSON.stringify(QUESTION)}`)
  expect(reply.status).toBe(200)
  expect(upstream.last.body.toString()).toBe(JSON.stringify(QUESTION))
})

const STREAM = [delta('hel'), delta('lo'), STOP, USAGE_CHUNK, DONE]

function compressed(coding: string, encode: (text: string) => Buffer, type: string, text: string): Answer {
  return bytes(
    200,
    { 'content-type': type, ...(coding === '' ? {} : { 'content-encoding': coding }) },
    encode(text),
  )
}

const whole = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: USAGE,
})

describe('an answer that is compressed unasked', () => {
  const unasked = [...encoders, ['', gzipSync], ['', zstdCompressSync]] as const
  test.each(unasked)(
    'with content-encoding "%s" reaches every client readable and counted',
    async (coding, encode) => {
      const { upstream, proxy } = await given()
      upstream.next(
        compressed(coding, encode, 'application/json', whole),
        compressed(coding, encode, 'text/event-stream', STREAM.join('')),
        compressed(coding, encode, 'application/json', whole),
        compressed(coding, encode, 'text/event-stream', STREAM.join('')),
      )
      const plain = await proxy.chat()
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(plain.text).toBe(whole)
      const stream = await proxy.chat({ stream: true, stream_options: { include_usage: true } })
      expect(stream.text).toBe(STREAM.join(''))
      const message = await proxy.post('/v1/messages', ASKED, VERSION)
      expect(message.json.content).toMatchObject([{ type: 'text', text: 'hello' }])
      const told = await proxy.post('/v1/messages', { ...ASKED, stream: true }, VERSION)
      expect(told.text).toContain('event: message_stop')
      const today = (await proxy.quota()).a?.today
      expect(today).toMatchObject({ inputTokens: 28, outputTokens: 12 })
    },
  )

  test('is damaged, the next account answers', async () => {
    const { upstream, proxy } = await given(['a', 'b'])
    const cut = (text: string) => gzipSync(text).subarray(0, 40)
    upstream.next(compressed('gzip', cut, 'application/json', whole), chat('from b'))
    const reply = await proxy.chat()
    expect([reply.status, reply.headers['x-qwenctl-account']]).toEqual([200, 'b'])
  })

  test('is an error, its words reach the client', async () => {
    const { upstream, proxy } = await given()
    const body = gzipSync(
      JSON.stringify({ error: { message: 'bad thing', type: 'invalid_request_error', code: 'bad_x' } }),
    )
    const answer = bytes(400, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, body)
    upstream.next(answer, answer)
    expect((await proxy.chat()).json.error.code).toBe('bad_x')
    const translated = await proxy.post('/v1/messages', ASKED, VERSION)
    expect(translated.json.error.message).toContain('bad thing')
  })
})

describe('an answer of another kind than asked for', () => {
  const labels = ['application/json', 'text/event-stream', 'text/plain', 'text/html; charset=utf-8']

  test.each(labels)('JSON labelled %s becomes the stream that the client wants', async (type) => {
    const { upstream, proxy } = await given()
    upstream.always(bytes(200, { 'content-type': type }, whole))
    const reply = await proxy.chat({ stream: true })
    expect(reply.headers['content-type']).toContain('text/event-stream')
    expect(reply.text).toContain('"delta":{"role":"assistant","content":"hello"}')
    expect(reply.text.endsWith(DONE)).toBe(true)
    const message = await proxy.post('/v1/messages', { ...ASKED, stream: true }, VERSION)
    expect(message.headers['content-type']).toContain('text/event-stream')
    expect(message.text).toContain('"text_delta","text":"hello"')
    expect(message.text).toContain('event: message_stop')
    const today = (await proxy.quota()).a?.today
    expect(today).toMatchObject({ inputTokens: 14, outputTokens: 6 })
  })

  test.each(labels)('JSON labelled %s to a whole request is JSON', async (type) => {
    const { upstream, proxy } = await given()
    upstream.always(bytes(200, { 'content-type': type }, `\n\n${whole}`))
    const reply = await proxy.chat()
    expect(reply.headers['content-type']).toContain('application/json')
    expect(reply.json.id).toBe('c1')
    expect((await proxy.post('/v1/messages', ASKED, VERSION)).json.type).toBe('message')
  })

  test.each(labels)('events labelled %s to a whole request become one answer', async (type) => {
    const { upstream, proxy } = await given()
    upstream.always(bytes(200, { 'content-type': type }, STREAM.join('')))
    const reply = await proxy.chat()
    expect(reply.headers['content-type']).toContain('application/json')
    expect(reply.json).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'hello' } }],
      usage: USAGE,
    })
    const message = await proxy.post('/v1/messages', ASKED, VERSION)
    expect(message.json.content).toMatchObject([{ type: 'text', text: 'hello' }])
  })

  test.each(labels)('events labelled %s to a stream request stay events', async (type) => {
    const { upstream, proxy } = await given()
    upstream.always(bytes(200, { 'content-type': type }, `\uFEFF: hi\r\n\r\n${STREAM.join('')}`))
    const reply = await proxy.chat({ stream: true, stream_options: { include_usage: true } })
    expect(reply.headers['content-type']).toContain('text/event-stream')
    expect(reply.text).toContain(STREAM.join(''))
  })

  test('a stream for a whole request that breaks off is answered by the next account', async () => {
    const { upstream, proxy } = await given(['a', 'b'])
    upstream.next(events(delta('hel')), chat('from b'))
    expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
    upstream.next(
      events(delta('hel'), frame({ error: { message: 'overloaded', code: 503 } })),
      chat('from b'),
    )
    expect((await proxy.chat()).status).toBe(200)
  })

  test('calls, thinking and exact numbers survive both ways', async () => {
    const { upstream, proxy } = await given()
    const call = {
      id: 't1',
      type: 'function',
      function: { name: 'f', arguments: '{"a":12345678901234567890}' },
    }
    const message = { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [call] }
    const answer = {
      id: 'c1',
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
    }
    upstream.next(json(200, answer))
    const stream = await proxy.chat({ stream: true })
    upstream.next(bytes(200, { 'content-type': 'text/event-stream' }, stream.text))
    expect((await proxy.chat()).json.choices).toEqual(answer.choices)
  })
})

test('finish_reason "" in every chunk is no end', async () => {
  const { upstream, proxy } = await given()
  upstream.next(events(frame({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: '' }] })))
  expect((await proxy.chat({ stream: true })).text).toContain('"error"')
})

test('a stream that is complete without [DONE] gets one', async () => {
  const { upstream, proxy } = await given()
  upstream.next(events(delta('hi'), STOP), events(delta('hi'), STOP, DONE), events(delta('hi')))
  expect((await proxy.chat({ stream: true })).text).toBe(delta('hi') + STOP + DONE)
  expect((await proxy.chat({ stream: true })).text).toBe(delta('hi') + STOP + DONE)
  expect((await proxy.chat({ stream: true })).text).not.toContain('[DONE]')
})

describe('a compressed stream that is cut', () => {
  const flushed = async (stream: ReturnType<typeof createGzip>, text: string): Promise<Buffer> => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.write(text)
    await new Promise<void>((resolve) => stream.flush(() => resolve()))
    return Buffer.concat(chunks)
  }

  test.each([
    ['gzip', createGzip],
    ['br', createBrotliCompress],
    ['zstd', createZstdCompress],
  ] as const)('in %s reaches the client as far as it came, and ends in an error', async (coding, create) => {
    const { upstream, proxy } = await given()
    const said = delta('hel') + delta('lo')
    const half = await flushed(create(), said)
    upstream.next(({ res, socket }) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': coding })
      res.write(half, () => socket.destroy())
    })
    const reply = await proxy.chat({ stream: true })
    expect(reply.text.startsWith(said)).toBe(true)
    expect(reply.text).toContain('upstream connection error')
    expect(reply.text).not.toContain('[DONE]')
  })
})
