import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'

const MIB = 1_048_576

async function given(): Promise<{ upstream: FakeUpstream; proxy: TestProxy }> {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['9/24h'] }],
    baseUrl: upstream.baseUrl,
    settings: { maxBodyMb: 1 },
  })
  return { upstream, proxy }
}

/** Nothing was sent or charged, and a good request is served. */
async function expectUnharmed({
  upstream,
  proxy,
}: {
  upstream: FakeUpstream
  proxy: TestProxy
}): Promise<void> {
  expect(upstream.count()).toBe(0)
  expect(await proxy.used()).toEqual({ a: 0 })
  upstream.next(chat())
  expect((await proxy.chat()).status).toBe(200)
}

describe('when the body', () => {
  test.each([
    ['is not JSON', 'hello', 'not a JSON object'],
    ['is cut', '{"model":"m1"', 'not valid JSON'],
    ['is empty', '', 'not a JSON object'],
    ['is an array', '[{"model":"m1"}]', 'not a JSON object'],
    ['is a string', '"model"', 'not a JSON object'],
    ['has more behind it', '{"model":"m1"}{"model":"m2"}', 'not valid JSON'],
    ['names the model twice', '{"model":"m1","model":"m2"}', 'ambiguous'],
    ['names the model twice in another spelling', '{"model":"m1","\\u006dodel":"m2"}', 'ambiguous'],
    ['names no model', '{"messages":[]}', 'names no model'],
    ['names an empty model', '{"model":""}', 'names no model'],
    ['names a model of 900 kB', `{"model":"${'m'.repeat(900_000)}"}`, 'longer than 500 characters'],
    ['names a model of 501 letters', `{"model":"${'m'.repeat(501)}"}`, 'longer than 500 characters'],
    ['has a number for a model', '{"model":7}', 'names no model'],
    ['is nested without end', `{"model":"m1","x":${'['.repeat(100_000)}`, 'nested too deeply'],
    ['is UTF-16', Buffer.from('{"model":"m1"}', 'utf16le'), 'not'],
  ])('%s, it is refused before anything is sent or charged', async (_, body, words) => {
    const both = await given()
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const reply = await both.proxy.post(path, body)
      expect(reply.status).toBe(400)
      expect(reply.json.error).toMatchObject({
        code: 'invalid_request',
        type: 'invalid_request_error',
        message: expect.stringContaining(words) as string,
      })
    }
    await expectUnharmed(both)
  })

  test('is as large as allowed, it passes; one byte more, and it is 413', async () => {
    const both = await given()
    const makeBody = (size: number) => {
      const empty = JSON.stringify({ ...QUESTION, pad: '' })
      return JSON.stringify({ ...QUESTION, pad: 'x'.repeat(size - empty.length) })
    }
    const reply = await both.proxy.post('/v1/chat/completions', makeBody(MIB + 1))
    expect(reply.status).toBe(413)
    expect(reply.json.error).toMatchObject({
      code: 'request_too_large',
      message: expect.stringContaining('1 MiB') as string,
    })
    await expectUnharmed(both)
    both.upstream.next(chat())
    expect((await both.proxy.post('/v1/chat/completions', makeBody(MIB))).status).toBe(200)
  })

  test.each([
    ['100 MB with its length', { megabytes: 100, isChunked: false }],
    ['100 MB in chunks', { megabytes: 100, isChunked: true }],
    ['20 MB, all of it before reading', { megabytes: 20, isChunked: false, isStubborn: true }],
    ['20 MB in chunks, all of it before reading', { megabytes: 20, isChunked: true, isStubborn: true }],
  ])('has %s, the answer arrives and nothing is sent on', async (_, huge) => {
    const both = await given()
    expect(await sendHuge(both.proxy.running.port, huge)).toBe(413)
    await expectUnharmed(both)
  })
})

interface Huge {
  megabytes: number
  isChunked: boolean
  /** Continues to send when the answer is there, as clients do that read only after writing. */
  isStubborn?: boolean
}

/** Sends blanks as fast as they are taken; resolves to the status of the answer, rejects when the connection breaks. */
function sendHuge(port: number, { megabytes, isChunked, isStubborn = false }: Huge): Promise<number> {
  const blanks = ' '.repeat(MIB)
  const piece = isChunked ? `${MIB.toString(16)}\r\n${blanks}\r\n` : blanks
  const length = isChunked ? 'transfer-encoding: chunked' : `content-length: ${megabytes * MIB}`
  return new Promise((resolve, reject) => {
    let answer = ''
    let sent = 0
    const socket = connect(port, '127.0.0.1')
    const feed = () => {
      if (answer !== '' && (!isStubborn || sent === megabytes)) {
        socket.destroy()
        return resolve(Number(answer.split(' ')[1]))
      }
      if (sent === megabytes) return
      sent += 1
      socket.write(piece, feed)
    }
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (sent === megabytes) feed()
    })
    socket.write(`${HEAD}${length}\r\n\r\n`, feed)
  })
}

const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n'
const BODY = '{"model":"m1","messages":[]}'
const SECOND = `${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY}`

describe('when a request could be read in two ways, it is refused and what follows it is not served:', () => {
  test.each([
    [
      'a length and chunks',
      `${HEAD}content-length: ${BODY.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${SECOND}`,
    ],
    ['two lengths', `${HEAD}content-length: 5\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}${SECOND}`],
    ['a length that is no number', `${HEAD}content-length: +${BODY.length}\r\n\r\n${BODY}${SECOND}`],
    ['a transfer encoding nobody knows', `${HEAD}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${SECOND}`],
    [
      'a chunk size that is none',
      `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n${BODY}\r\n0\r\n\r\n${SECOND}`,
    ],
    [
      'a chunk longer than it says',
      `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n${BODY}\r\n0\r\n\r\n${SECOND}`,
    ],
    ['a blank before a colon', `${HEAD}content-length : ${BODY.length}\r\n\r\n${BODY}${SECOND}`],
    ['a folded header', `${HEAD}x-a: 1\r\n transfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n${SECOND}`],
    [
      'a bare line feed and header injection',
      `${HEAD}x-a: 1\nx-qwenctl-account: a\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
    ],
    ['a zero byte in a header', `${HEAD}x-a: 1\0\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ])('%s', async (_, text) => {
    const both = await given()
    const answer = await both.proxy.raw(text)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    expect(errorIn(answer)).toMatchObject({ code: 'invalid_request', type: 'invalid_request_error' })
    await expectUnharmed(both)
  })

  test.each(['localhost', 'evil.example'])('a second host, %s', async (second) => {
    const both = await given()
    const more = `host: ${second}\r\nconnection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`
    const answer = await both.proxy.raw(`${HEAD}${more}`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toContain('more than one host header')
    await expectUnharmed(both)
  })

  test.each([
    ['a path with a line end', 'POST /v1/chat/completions\r\nx: y HTTP/1.1'],
    ['HTTP/2.0', 'POST /v1/chat/completions HTTP/2.0'],
    ['HTTP/0.9', 'POST /v1/chat/completions HTTP/0.9'],
    ['HTTP/1.2', 'POST /v1/chat/completions HTTP/1.2'],
  ])('%s, which is another version and 505', async (_, line) => {
    const both = await given()
    const rest = `host: localhost\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}${SECOND}`
    const answer = await both.proxy.raw(`${line}\r\n${rest}`)
    expect(answer).toMatch(/^HTTP\/1\.1 505 HTTP Version Not Supported\r\n/)
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    expect(errorIn(answer)).toMatchObject({ code: 'invalid_request', type: 'invalid_request_error' })
    await expectUnharmed(both)
  })

  test('a head of 100 KB, which is 431', async () => {
    const both = await given()
    const answer = await both.proxy.raw(`${HEAD}x-a: ${'x'.repeat(100_000)}\r\ncontent-length: 0\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(errorIn(answer)).toMatchObject({
      code: 'request_too_large',
      message: 'the head of the request is larger than 16 KiB',
    })
    await expectUnharmed(both)
  })

  test('an unknown expectation, which is 417', async () => {
    const both = await given()
    const answer = await both.proxy.raw(
      `${HEAD}expect: a-miracle\r\nconnection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 417 /)
    expect(errorIn(answer)).toMatchObject({ code: 'invalid_request' })
    await expectUnharmed(both)
  })
})

/** The error that an answer as it came over the wire tells of. */
function errorIn(answer: string): unknown {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  return (JSON.parse(body) as { error: unknown }).error
}

test('when two requests come in one packet, both are served, each once', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat('one'), chat('two'))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const last = `${HEAD}connection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`
  const answer = await proxy.raw(SECOND + last)
  expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  expect(upstream.count()).toBe(2)
})

test('when a client waits for 100 Continue, it gets that, and its body is served', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat('after the wait'))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = connect(proxy.running.port, '127.0.0.1')
    socket.write(`${HEAD}connection: close\r\nexpect: 100-continue\r\ncontent-length: ${BODY.length}\r\n\r\n`)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(BODY)
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
  expect(answer).toContain('after the wait')
  expect(upstream.last.headers.expect).toBeUndefined()
})
