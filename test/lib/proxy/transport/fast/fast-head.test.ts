import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseFastHead } from '../../../../../src/lib/proxy/transport/fast/client/fast-head.ts'
import { HeadMemory, FastHeads } from '../../../../../src/lib/proxy/transport/fast/client/fast-heads.ts'
import { ReadBuffer } from '../../../../../src/lib/proxy/transport/fast/sockets/read-buffer.ts'

const PLAIN = ['POST /v1/chat/completions?a=b HTTP/1.1', 'Host: localhost:3000', 'Content-Length: 12']
const head = (...lines: string[]) => parseFastHead(lines.join('\r\n'))

test('when a head is plain, all of it is read as it stands', () => {
  expect(head(...PLAIN, 'X-Empty:', 'accept:  text/plain \t')).toMatchObject({
    method: 'POST',
    url: '/v1/chat/completions?a=b',
    rawHeaders: ['Host', 'localhost:3000', 'Content-Length', '12', 'X-Empty', '', 'accept', 'text/plain'],
    headers: { host: 'localhost:3000', 'content-length': '12', 'x-empty': '', accept: 'text/plain' },
  })
})

test.each([
  ['another method', ['PUT / HTTP/1.1', 'host: a', 'content-length: 1']],
  ['an older version', ['POST / HTTP/1.0', 'host: a', 'content-length: 1']],
  ['an absolute target', ['POST http://a/ HTTP/1.1', 'host: a', 'content-length: 1']],
  ['a fragment in its target', ['POST /a#b HTTP/1.1', 'host: a', 'content-length: 1']],
  ['a blank in its target', ['POST /a b HTTP/1.1', 'host: a', 'content-length: 1']],
  ['no host', ['POST / HTTP/1.1', 'content-length: 1']],
  ['two hosts', [...PLAIN, 'host: b']],
  ['no length', ['POST / HTTP/1.1', 'host: a']],
  ['two lengths', [...PLAIN, 'content-length: 12']],
  ['a length with a sign', ['POST / HTTP/1.1', 'host: a', 'content-length: +1']],
  ['a list of lengths', ['POST / HTTP/1.1', 'host: a', 'content-length: 1, 1']],
  ['a length that no number holds', ['POST / HTTP/1.1', 'host: a', `content-length: ${'9'.repeat(16)}`]],
  ['a GET with a body', ['GET / HTTP/1.1', 'host: a', 'content-length: 1']],
  ['a coding', [...PLAIN, 'transfer-encoding: chunked']],
  ['a coding in capitals', [...PLAIN, 'TRANSFER-ENCODING: identity']],
  ['an expectation', [...PLAIN, 'expect: 100-continue']],
  ['an upgrade', [...PLAIN, 'connection: upgrade', 'upgrade: websocket']],
  ['a connection that closes', [...PLAIN, 'connection: close']],
  ['a blank before a colon', [...PLAIN, 'a : b']],
  ['a folded line', [...PLAIN, ' folded']],
  ['a line without a colon', [...PLAIN, 'nothing']],
  ['a line without a name', [...PLAIN, ': nothing']],
  ['a bare line feed', [...PLAIN, 'a: b\nc: d']],
  ['a bare carriage return', [...PLAIN, 'a: b\rc: d']],
  ['a control character', [...PLAIN, 'a: \x01']],
  ['bytes beyond ASCII', [...PLAIN, 'a: \xe4']],
])('when a head has %s, it is left to another reader', (_what, lines) => {
  expect(head(...lines)).toBeNull()
})

const token = fc.stringMatching(/^[A-Za-z-]{1,8}$/)
const odd = fc.constantFrom(
  ...[
    'Host: x',
    'content-length: 5',
    'Content-Length: 7',
    'Transfer-Encoding: chunked',
    'expect: 100-continue',
  ],
  ...[
    'a b: c',
    'x:\ty',
    'x: \xff',
    ' fold',
    'upgrade: a',
    'connection: close',
    'Connection: Keep-Alive',
    'x',
    ':y',
  ],
)
const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(token, fc.stringMatching(/^[ -~]{0,12}$/)).map(([a, b]) => `${a}: ${b}`) },
  { weight: 1, arbitrary: odd },
)

describe('whatever a head holds', () => {
  test('if it is plain, Node reads the same of it: method, target, headers and the end of the body', async () => {
    const server = createServer({ keepAliveTimeout: 0 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    let plain = 0
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (lines) => {
        const text = ['POST /v1/x?y HTTP/1.1', 'Host: x', 'content-length: 5', ...lines].join('\r\n')
        const ours = parseFastHead(text)
        if (ours === null) return
        plain += 1
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
        socket.write(`${text}\r\n\r\n12345`, 'latin1')
        const [req] = (await once(server, 'request')) as [IncomingMessage]
        const body = await req.toArray()
        expect(Buffer.concat(body).toString()).toBe('12345')
        expect(req.method).toBe(ours.method)
        expect(req.url).toBe(ours.url)
        expect(req.rawHeaders).toEqual(ours.rawHeaders)
        expect({ ...req.headers }).toEqual({ ...ours.headers })
        socket.destroy()
      }),
      { numRuns: 300 },
    )
    expect(plain).toBeGreaterThan(20)
  })

  test('one that was read before is read again only if it says the same in all but the length', () => {
    const buildHead = (lines: string[], length: number | string) =>
      Buffer.from(
        ['POST /v1/x HTTP/1.1', 'host: x', `content-length: ${length}`, ...lines, '', 'body'].join('\r\n'),
        'latin1',
      )
    const length = fc.oneof(fc.nat(2000), fc.constantFrom('', '+1', '1 ', '007', '12345678901'))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(line, { maxLength: 2 }), length), { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        (requests, isOnOthers) => {
          const memory = new HeadMemory(new ReadBuffer())
          let kept = new FastHeads(memory)
          for (const [lines, bytes] of requests) {
            const chunk = buildHead(lines, bytes)
            const fresh = new FastHeads(new HeadMemory(new ReadBuffer()))
            if (isOnOthers) kept = new FastHeads(memory) // another connection
            expect(kept.read(chunk)).toBe(fresh.read(chunk))
            if (fresh.head === null) continue
            expect([kept.bodyAt, kept.bodyBytes]).toEqual([fresh.bodyAt, fresh.bodyBytes])
            const { rawHeaders, url, method } = kept.head!
            const others = (raw: readonly string[]) =>
              raw.filter((_text, index) => raw[index - 1] !== 'content-length')
            expect([method, url, others(rawHeaders)]).toEqual([
              fresh.head.method,
              fresh.head.url,
              others(fresh.head.rawHeaders),
            ])
          }
        },
      ),
    )
  })
})
