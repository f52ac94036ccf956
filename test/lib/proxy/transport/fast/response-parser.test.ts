import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  maxHeadBytes,
  ResponseParser,
} from '../../../../../src/lib/proxy/transport/fast/upstream/response-parser.ts'
import { ReadBuffer } from '../../../../../src/lib/proxy/transport/fast/sockets/read-buffer.ts'
import type { UpstreamHead } from '../../../../../src/lib/proxy/transport/upstream-head.ts'
import { anyResponse, type ScriptedResponse } from './any-response.ts'

interface Outcome {
  status: number | null
  headers: readonly string[]
  body: string
  end: 'complete' | 'malformed' | 'open'
  reason: string
  persistent: boolean
}

/** Pushes the bytes cut at these places, then closes the connection. */
function parse(bytes: Buffer, cuts: number[] = [], method = 'GET'): Outcome {
  const seen: Outcome = { status: null, headers: [], body: '', end: 'open', reason: '', persistent: false }
  const finish = (end: 'complete' | 'malformed', reason: string) => {
    expect(seen.end, 'nothing comes after the end').toBe('open')
    seen.end = end
    seen.reason = reason
  }
  const parser = new ResponseParser(
    {
      onHead(head: UpstreamHead) {
        expect(seen.status).toBeNull()
        seen.status = head.status
        seen.headers = head.rawHeaders
      },
      onData(chunk) {
        expect(chunk.length).toBeGreaterThan(0)
        expect(seen.end).toBe('open')
        seen.body += chunk.toString('latin1')
      },
      onComplete: () => finish('complete', ''),
      onMalformed: (reason) => finish('malformed', reason),
    },
    new ReadBuffer(),
  )
  parser.begin(method)
  const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  for (let i = 1; i < at.length; i++) parser.push(bytes.subarray(at[i - 1], at[i]))
  parser.end()
  seen.persistent = parser.persistent
  return seen
}

const text = (latin1: string) => Buffer.from(latin1, 'latin1')
const everyByte = (bytes: Buffer) => Array.from({ length: bytes.length }, (_, at) => at)
const ok = (rest: string) => text(`HTTP/1.1 200 OK\r\n${rest}`)

describe('bodies', () => {
  test.each([
    ['with a content-length', 'content-length: 5\r\n\r\nhello', 'hello'],
    ['with the same content-length twice', 'content-length: 5\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    ['with length 0', 'content-length: 0\r\n\r\n', ''],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n', 'hello'],
    [
      'in chunks with leading zeros and capitals',
      'transfer-encoding: Chunked\r\n\r\n00A\r\n0123456789\r\n00\r\n\r\n',
      '0123456789',
    ],
    [
      'in chunks with extensions',
      'transfer-encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n0 ; x\r\n\r\n',
      'hello',
    ],
    [
      'in chunks with trailers',
      'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\ny:\r\n\r\n',
      'hello',
    ],
    ['until the connection closes', '\r\nhello', 'hello'],
    ['until the connection closes, with nothing in it', '\r\n', ''],
  ])('%s, split anywhere or at every byte, are read whole', (_, rest, body) => {
    const bytes = ok(rest)
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(parse(bytes, [cut])).toMatchObject({ status: 200, body, end: 'complete' })
    expect(parse(bytes, everyByte(bytes))).toMatchObject({ status: 200, body, end: 'complete' })
  })

  test.each([
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n'],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'],
    ['304 that would be chunked', 'GET', 'HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['an answer to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'],
    ['an answer to HEAD without a length', 'HEAD', 'HTTP/1.1 200 OK\r\n\r\n'],
  ])('%s has no body, and leaves the connection usable', (_, method, head) => {
    expect(parse(text(head), [], method)).toMatchObject({ body: '', end: 'complete', persistent: true })
  })

  test.each([
    ['in the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in a counted body', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell'],
    ['before the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['in the trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n'],
  ])('a connection that closes %s does not complete the response', (_, bytes) => {
    expect(parse(text(bytes)).end).toBe('open')
  })
})

test('when informational responses come first, skips them', () => {
  const bytes = text(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  )
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(parse(bytes, [cut])).toMatchObject({ status: 200, headers: ['content-length', '2'], body: 'ok' })
})

test('when header bytes are not ASCII, keeps them as Latin-1, and looks names up in lower case', () => {
  let head: UpstreamHead | undefined
  const none = () => undefined
  const parser = new ResponseParser(
    {
      onHead: (h) => (head = h),
      onData: none,
      onComplete: none,
      onMalformed: none,
    },
    new ReadBuffer(),
  )
  parser.begin('GET')
  parser.push(text('HTTP/1.0 299 D\xe9j\xe0\r\nX-One:\t caf\xe9\xff \r\nx-ONE: b\r\nEmpty:\r\n\r\n'))
  expect(head).toMatchObject({ status: 299, statusText: 'D\xe9j\xe0', httpVersion: '1.0' })
  expect(head?.rawHeaders).toEqual(['X-One', 'caf\xe9\xff', 'x-ONE', 'b', 'Empty', ''])
  expect([head?.get('x-one'), head?.get('empty'), head?.get('missing')]).toEqual([
    'caf\xe9\xff, b',
    '',
    undefined,
  ])
})

test.each([
  ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: keep-alive, Close\r\n\r\n', false],
  ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: x-close-y\r\n\r\n', true],
  ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n', false],
  ['HTTP/1.1 200 OK\r\n\r\n', false],
])('of %j says whether the connection lives on: %s', (bytes, persistent) => {
  expect(parse(text(bytes)).persistent).toBe(persistent)
})

describe('refuses', () => {
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n'],
    ['lines that end with LF', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
    ['one header line that ends with LF', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n'],
    ['a lone CR', 'HTTP/1.1 200 OK\r\na: b\rc: d\r\n\r\n'],
    ['NUL in a value', 'HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nhello'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nabc\r\n\r\n'],
    ['an empty name', 'HTTP/1.1 200 OK\r\n: a\r\n\r\n'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunks and a length',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n'],
    ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello'],
    ['a hex length', 'HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\nhello'],
    ['a huge length', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n'],
    ['an empty length', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    [
      'chunked twice',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['chunked that only looks like it', 'HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ])('%s', (_, bytes) => {
    expect(parse(text(bytes))).toMatchObject({ end: 'malformed', status: null, body: '' })
    expect(parse(text(bytes), everyByte(text(bytes)))).toMatchObject({ end: 'malformed', status: null })
  })

  test.each([
    ['a chunk size that is no number', 'x\r\n'],
    ['a chunk without a size', '\r\nhello\r\n0\r\n\r\n'],
    ['a negative chunk size', '-1\r\n'],
    ['a chunk size in C notation', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['a chunk size past 2^53', '20000000000000\r\n'],
    ['a chunk size line that ends with LF', '5\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than its size', '4\r\nhello\r\n0\r\n\r\n'],
    ['a chunk size with a second number', '5 5\r\nhello\r\n0\r\n\r\n'],
    ['an endless chunk extension', `5;${'x'.repeat(5000)}\r\nhello\r\n0\r\n\r\n`],
    ['a trailer line that ends with LF', '0\r\nx: y\n\r\n\r\n'],
    ['endless trailers', `0\r\n${'x: y\r\n'.repeat(20_000)}`],
  ])('%s', (_, rest) => {
    expect(parse(ok(`transfer-encoding: chunked\r\n\r\n${rest}`)).end).toBe('malformed')
  })

  test('more than 256 header lines, and no fewer', () => {
    const lines = (count: number) => ok(`${'a: b\r\n'.repeat(count)}\r\n`)
    expect(parse(lines(256)).status).toBe(200)
    expect(parse(lines(257))).toMatchObject({ status: null, end: 'malformed' })
  })

  test('a head of more than 64 KiB, and no smaller, whole or byte by byte', () => {
    const head = (size: number) =>
      ok(`a: ${'b'.repeat(size - 'HTTP/1.1 200 OK\r\na: \r\n\r\n'.length)}\r\n\r\n`)
    const largest = head(maxHeadBytes)
    const larger = head(maxHeadBytes + 1)
    expect(largest.length).toBe(maxHeadBytes)
    expect([parse(largest).status, parse(largest, everyByte(largest)).status]).toEqual([200, 200])
    expect([parse(larger).end, parse(larger, everyByte(larger)).end]).toEqual(['malformed', 'malformed'])
  })

  test('a head that never ends as soon as it is 64 KiB long', () => {
    let pushed = 'HTTP/1.1 200 OK\r\na: '.length
    let pushedWhenRefused = 0
    const none = () => undefined
    const onMalformed = () => (pushedWhenRefused = pushed)
    const parser = new ResponseParser(
      { onHead: none, onData: none, onComplete: none, onMalformed },
      new ReadBuffer(),
    )
    parser.begin('GET')
    parser.push(text('HTTP/1.1 200 OK\r\na: '))
    for (; pushedWhenRefused === 0 && pushed < 1_000_000; parser.push(Buffer.alloc(1000, 'b'))) pushed += 1000
    expect(pushedWhenRefused).toBeGreaterThanOrEqual(maxHeadBytes)
    expect(pushedWhenRefused).toBeLessThan(maxHeadBytes + 1001)
  })
})

test('when stopped inside a callback, calls nothing more', () => {
  const events: string[] = []
  const parser: ResponseParser = new ResponseParser(
    {
      onHead: () => events.push('head'),
      onData: () => {
        events.push('data')
        parser.stop()
      },
      onComplete: () => events.push('complete'),
      onMalformed: () => events.push('malformed'),
    },
    new ReadBuffer(),
  )
  parser.begin('GET')
  parser.push(ok('transfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n'))
  parser.end()
  expect(events).toEqual(['head', 'data'])
})

test('when bytes follow the response, tells how many', () => {
  let extra = -1
  const none = () => undefined
  const parser = new ResponseParser(
    {
      onHead: none,
      onData: none,
      onComplete: (n) => (extra = n),
      onMalformed: none,
    },
    new ReadBuffer(),
  )
  for (const rest of [
    'content-length: 2\r\n\r\nokHTTP',
    'content-length: 0\r\n\r\nHTTP',
    'transfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP',
  ]) {
    parser.begin('GET')
    parser.push(ok(rest))
    expect(extra).toBe(4)
    extra = -1
  }
})

const cuts = fc.array(fc.nat(3000), { maxLength: 40 })
const within = (bytes: Buffer, places: number[]) => places.map((at) => at % (bytes.length + 1))

test('for any response, however it is split, gives what was sent', () => {
  fc.assert(
    fc.property(anyResponse, cuts, (response: ScriptedResponse, places) => {
      const { bytes, method, status, headers, body } = response
      const split = parse(bytes, within(bytes, places), method)
      expect(split).toMatchObject({ status, headers, body: body.toString('latin1'), end: 'complete' })
      expect(split).toEqual(parse(bytes, [], method))
    }),
    { numRuns: 500 },
  )
})

test('for any damaged response, however it is split, ends the same and never throws', () => {
  const damage = fc.array(
    fc.tuple(fc.nat(3000), fc.constantFrom(0, 9, 10, 13, 32, 45, 48, 58, 59, 102, 255)),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(anyResponse, damage, cuts, ({ bytes, method }, changes, places) => {
      const damaged = Buffer.from(bytes)
      for (const [at, byte] of changes) damaged[at % damaged.length] = byte
      const { reason: _, ...whole } = parse(damaged, [], method)
      expect(parse(damaged, within(damaged, places), method)).toMatchObject(whole)
    }),
    { numRuns: 1000 },
  )
})

test('for any garbage, never throws and never takes it for a response', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 2000 }), cuts, (garbage, places) => {
      const bytes = Buffer.from(garbage)
      fc.pre(!bytes.toString('latin1').startsWith('HTTP/1.'))
      expect(parse(bytes, within(bytes, places))).toMatchObject({ end: 'malformed', status: null, body: '' })
    }),
    { numRuns: 500 },
  )
})
