import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'

const BODY = JSON.stringify(QUESTION)
const HEAD = [
  'POST /v1/chat/completions HTTP/1.1',
  'host: 127.0.0.1',
  'content-type: application/json',
  `content-length: ${BODY.length}`,
]

/** Lines that have fooled servers before. */
const oddLines = [
  'transfer-encoding: chunked',
  'transfer-encoding: identity, chunked',
  'Transfer-Encoding : chunked',
  'transfer-encoding:\tchunked',
  'content-length: 0',
  'content-length: +5',
  'content-length: 5, 5',
  'content-length: 99999999999999999999',
  'connection: keep-alive, x-request-id',
  'connection: close, content-length',
  'expect: 100-continue',
  'expect: the-unexpected',
  'upgrade: websocket',
  'host: example.com',
  'host: ',
  ' folded: line',
  'no colon',
  ': no name',
  'x-qwenctl-account: \u00ff\u00fe',
  `x-long: ${'a'.repeat(20_000)}`,
  'authorization: Bearer qk_\u0001',
  'x-api-key: ',
  'content-type: multipart/form-data; boundary=',
  'content-encoding: gzip',
  'traceparent: 00-zz-zz-01',
]

const line = fc.oneof(
  fc.constantFrom(...HEAD),
  fc.constantFrom(...oddLines),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const lineEnd = fc.oneof(
  { weight: 8, arbitrary: fc.constant('\r\n') },
  fc.constantFrom('\n', '\r', '\r\r\n', '\0\r\n'),
)
const chunked = fc.constantFrom(
  `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
  `0\r\n\r\n${HEAD.join('\r\n')}\r\n\r\n${BODY}`,
  `${BODY.length.toString(16)};x=y\r\n${BODY}\r\n0\r\nhost: evil\r\n\r\n`,
  `-1\r\n${BODY}\r\n0\r\n\r\n`,
  `ffffffffffffffff\r\n${BODY}`,
)
const body = fc.oneof(fc.constant(BODY), fc.constant(''), chunked, fc.string({ unit: 'binary' }))

/** A request that was right before something happened to it. */
const almost = fc
  .record({
    lines: fc.array(line, { maxLength: 4 }),
    at: fc.nat(4),
    ends: fc.array(lineEnd, { minLength: 12, maxLength: 12 }),
    body,
  })
  .map(({ lines, at, ends, body: text }) => {
    const all = [...HEAD.slice(0, at), ...lines, ...HEAD.slice(at)]
    return `${all.map((each, index) => each + (ends[index % ends.length] ?? '\r\n')).join('')}\r\n${text}`
  })

const anything = fc.oneof(
  { weight: 6, arbitrary: almost },
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)

/** Sends the bytes, says that there are no more, and resolves with what came back, as Latin-1. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes, 'latin1'))
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('error', () => undefined) // a reset is an end too
    socket.on('close', () => resolve(answer))
  })
}

describe('whatever bytes a client sends', () => {
  test('it is answered in HTTP or not at all, only whole requests pass, and the next client is served', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        const before = upstream.count()
        const answer = await exchange(proxy.running.port, bytes)
        expect(answer === '' || answer.startsWith('HTTP/1.1 ')).toBe(true)
        for (const seen of upstream.requests.slice(before)) {
          expect(JSON.parse(seen.body.toString())).toMatchObject({ model: 'm1' })
          expect(seen.headers['content-length']).toBe(String(seen.body.length))
          expect(seen.headers['transfer-encoding']).toBeUndefined()
          expect(seen.headers.host).toBe(new URL(upstream.origin).host)
          expect(seen.key).toContain('sk-key-of-a')
        }
      }),
      { numRuns: 300 },
    )
    expect((await proxy.chat()).status).toBe(200)
    const used = (await proxy.quota()).a?.today.requests
    expect(used).toBe(upstream.count())
  })
})
