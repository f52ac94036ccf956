import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const SOUND = Buffer.from([0xff, 0xfb, 0x90, 0x00, 0x00, 0x7b, 0x22, 0x65, 0x0d, 0x0a, 0x0d, 0x0a, 0x80])

const sound =
  (...parts: Buffer[]): Answer =>
  ({ res }) => {
    res.writeHead(200, { 'content-type': 'audio/mpeg' })
    for (const part of parts) res.write(part)
    res.end()
  }

async function form(fields: Record<string, string>, file: Buffer): Promise<{ body: Buffer; type: string }> {
  const data = new FormData()
  data.set('file', new Blob([new Uint8Array(file)], { type: 'audio/wav' }), 'speech.wav')
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  const response = new Response(data)
  return {
    body: Buffer.from(await response.arrayBuffer()),
    type: response.headers.get('content-type') ?? '',
  }
}

test('speech comes through byte for byte, and is counted', async () => {
  const upstream = await givenUpstream()
  upstream.next(sound(SOUND, SOUND))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.post('/v1/audio/speech', { model: 'tts-1', input: 'hi', voice: 'alloy' })
  expect(reply.status).toBe(200)
  expect(reply.headers['content-type']).toBe('audio/mpeg')
  expect(reply.body).toEqual(Buffer.concat([SOUND, SOUND]))
  expect(upstream.last.path).toBe('/v1/audio/speech')
  const { a } = await proxy.quota()
  expect(a?.today).toMatchObject({ requests: 1, succeeded: 1 })
})

test('speech reaches the client as it is made, not when it is done', async () => {
  const upstream = await givenUpstream()
  const rest = Promise.withResolvers<void>()
  upstream.next(({ res }) => {
    res.writeHead(200, { 'content-type': 'audio/mpeg' })
    res.write('first')
    void rest.promise.then(() => res.end('last'))
  })
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const open = await proxy.open('/v1/audio/speech', { body: { model: 'tts-1', input: 'hi' } })
  await open.sees('first')
  rest.resolve()
  expect((await open.whole()).text).toBe('firstlast')
})

test('an upload reaches the upstream byte for byte, also after another account had no quota for it', async () => {
  const upstream = await givenUpstream()
  upstream.nextFor(makeKey('a'), json(429, { error: { code: 'insufficient_quota', message: 'no money' } }))
  upstream.nextFor(makeKey('b'), json(200, { text: 'hello' }))
  const file = Buffer.alloc(300_000, SOUND)
  const { body, type } = await form({ model: 'whisper-1', language: 'en' }, file)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.post('/v1/audio/transcriptions', body, { 'content-type': type })
  expect(reply.json).toEqual({ text: 'hello' })
  expect(reply.headers['x-qwenctl-account']).toBe('b')
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  expect(upstream.requests.map((seen) => digest(seen.body))).toEqual([digest(body), digest(body)])
  expect(upstream.last.headers['content-type']).toBe(type)
})

test('provider/model in a form chooses the provider, which gets its own name of the model', async () => {
  const upstream = await givenUpstream()
  upstream.next(json(200, { text: 'hello' }))
  const proxy = await givenProxy({
    accounts: [{ name: 'other', provider: 'openrouter' }, { name: 'mine' }],
    baseUrl: upstream.baseUrl,
  })
  const { body, type } = await form({ model: 'custom/whisper-1' }, SOUND)
  const reply = await proxy.post('/v1/audio/translations', body, { 'content-type': type })
  expect(reply.headers['x-qwenctl-account']).toBe('mine')
  const sent = await new Response(new Uint8Array(upstream.last.body), {
    headers: { 'content-type': type },
  }).formData()
  expect(sent.get('model')).toBe('whisper-1')
  const sentFile = sent.get('file') as File
  expect(Buffer.from(await sentFile.arrayBuffer())).toEqual(SOUND)
})

test('a transcript as plain text is no garbage there, and is elsewhere', async () => {
  const upstream = await givenUpstream()
  const plain: Answer = ({ res }) => res.writeHead(200, { 'content-type': 'text/plain' }).end('hello\n')
  upstream.next(plain, plain)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const { body, type } = await form({ model: 'whisper-1', response_format: 'text' }, SOUND)
  const reply = await proxy.post('/v1/audio/transcriptions', body, { 'content-type': type })
  expect(reply.text).toBe('hello\n')
  expect((await proxy.chat()).status).toBe(502)
})

test('pictures need no model, and other endpoints for pictures pass too', async () => {
  const upstream = await givenUpstream()
  const picture = json(200, { data: [{ b64_json: 'aGk=' }], usage: { input_tokens: 7, output_tokens: 20 } })
  upstream.next(picture, picture)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  expect((await proxy.post('/v1/images/generations', { prompt: 'a cat' })).status).toBe(200)
  expect((await proxy.post('/v1/images/upscale', { model: 'm', prompt: 'a cat' })).status).toBe(200)
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/v1/images/generations', '/v1/images/upscale'])
  const { a } = await proxy.quota()
  expect(a?.today).toMatchObject({ requests: 2, inputTokens: 14, outputTokens: 40 })
})

test.each([
  ['multipart/form-data', 'without a boundary'],
  ['multipart/form-data; boundary=other', 'not valid'],
])('a form of type %s is refused before any account is asked', async (type, words) => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const { body } = await form({ model: 'whisper-1' }, SOUND)
  const reply = await proxy.post('/v1/audio/transcriptions', body, { 'content-type': type })
  expect(reply.status).toBe(400)
  expect(reply.json.error.message).toContain(words)
  expect(upstream.count()).toBe(0)
})

test.each(['/v1/images/../models', '/v1/audio/a.b', '/v1/images/%2e%2e/x', '/v1/images'])(
  '%s is no path of the proxy',
  async (path) => {
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: 'http://127.0.0.1:9/v1' })
    const answer = await proxy.raw(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    )
    expect(answer).toContain('HTTP/1.1 404')
  },
)

test('counting tokens uses up none of the requests, and a service that cannot do it is not cooled for that', async () => {
  const upstream = await givenUpstream()
  upstream.next(json(200, { input_tokens: 12 }), json(404, { error: { type: 'not_found_error' } }))
  const proxy = await givenProxy({
    accounts: [{ name: 'a', provider: 'anthropic', baseUrl: upstream.origin, limits: ['1/day'] }],
  })
  const question = { model: 'claude-x', messages: [{ role: 'user', content: 'hi' }] }
  const counted = await proxy.post('/v1/messages/count_tokens', question)
  expect(counted.json).toEqual({ input_tokens: 12 })
  await proxy.post('/v1/messages/count_tokens', question)
  const { a } = await proxy.quota()
  expect(a).toMatchObject({ status: 'ready', today: { requests: 0 } })
})

test('a moderation without a model goes to an account, and its bytes stay as they are', async () => {
  const upstream = await givenUpstream()
  upstream.always(json(200, { id: 'modr-1', results: [] }))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.post('/v1/moderations', '{"input":"hi"}')
  expect([reply.status, reply.headers['x-qwenctl-account']]).toEqual([200, 'a'])
  expect(upstream.requests.map(({ path, body }) => [path, JSON.parse(body.toString())])).toEqual([
    ['/v1/moderations', { input: 'hi' }],
  ])
})
