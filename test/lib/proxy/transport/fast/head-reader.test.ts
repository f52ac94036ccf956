import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  HeadReader,
  type ReadHead,
} from '../../../../../src/lib/proxy/transport/fast/upstream/head-reader.ts'
import { ReadBuffer } from '../../../../../src/lib/proxy/transport/fast/sockets/read-buffer.ts'
import { readFraming } from '../../../../../src/lib/proxy/transport/response-framing.ts'
import { UpstreamHead } from '../../../../../src/lib/proxy/transport/upstream-head.ts'

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n/
const name = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?=:)/y
const value = /:[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*\r\n/y

/** The fields of a head by the book, whatever came before it. */
function byTheBook(text: string): UpstreamHead | string {
  if (!text.startsWith('HTTP/1.')) return 'it is not an HTTP/1 response'
  const [line, minor, status, reason = ''] = statusLine.exec(text) ?? []
  if (line === undefined) return 'its status line is not valid'
  const headers: string[] = []
  for (let at = line.length; at < text.length; at = value.lastIndex) {
    if (headers.length === 512) return 'it has more than 256 header lines'
    name.lastIndex = at
    const named = name.exec(text)?.[0]
    if (named === undefined) return 'a header name in it is not valid'
    value.lastIndex = name.lastIndex
    const said = value.exec(text)?.[1]
    if (said === undefined) return 'a header value in it is not valid'
    headers.push(named, said)
  }
  return new UpstreamHead(Number(status), reason, minor === '1' ? '1.1' : '1.0', headers)
}

function expected(text: string, toHead: boolean): ReadHead | string {
  const head = byTheBook(text)
  if (typeof head === 'string') return head
  const framing = head.status < 200 ? null : readFraming(head, toHead)
  return typeof framing === 'string' ? framing : { head, framing }
}

/** As the parser asks: with other bytes before, and the body after. */
function read(reader: HeadReader, text: string, toHead: boolean): ReadHead | string {
  const bytes = Buffer.from(`abc${text}\r\n{}`, 'latin1')
  const repeated = reader.repeated(bytes, 3, toHead)
  if (repeated === null) return reader.read(bytes, { start: 3, end: 3 + text.length }, toHead)
  expect(reader.length).toBe(text.length + 2)
  return repeated
}

const said = ({ head, framing }: ReadHead) => ({
  ...framing,
  said: [head.status, head.statusText, head.httpVersion, ...head.rawHeaders],
})

const line = fc.oneof(
  fc.constantFrom(
    'a: b',
    'a: bc',
    'ab: b',
    'a:b',
    'a:  b ',
    'a:',
    'a: ',
    'A: b',
    'date: today',
    'date: caf\xe9',
  ),
  fc.constantFrom(
    'content-length: 2',
    'content-length: 12',
    'transfer-encoding: chunked',
    'connection: close',
  ),
)
const head = fc
  .tuple(
    fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 200 O', 'HTTP/1.1 200', 'HTTP/1.0 404 OK', 'HTTP/1.1 103 '),
    fc.array(line, { maxLength: 5 }),
  )
  .map(([status, lines]) => [status, ...lines, ''].join('\r\n'))
const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'\0\t\n\r :a2\x7f\xff')), { maxLength: 2 })
const damaged = fc.tuple(head, damage).map(([text, changes]) => {
  const chars = [...text]
  // The last CRLF stays: it is where the parser found the end.
  for (const [at, char] of changes) chars[at % (chars.length - 2)] = char
  return chars.join('')
})
/** A few values come often, so that heads come again. */
const heads = fc
  .array(fc.oneof(head, damaged), { minLength: 1, maxLength: 4 })
  .chain((few) => fc.array(fc.tuple(fc.constantFrom(...few), fc.boolean()), { minLength: 1, maxLength: 8 }))

test('for any heads one after the other, makes of each what it says by the book', () => {
  fc.assert(
    fc.property(heads, (all) => {
      const reader = new HeadReader(new ReadBuffer())
      for (const [text, toHead] of all) {
        fc.pre(!text.slice(0, -2).includes('\r\n\r\n'))
        const [got, wanted] = [read(reader, text, toHead), expected(text, toHead)]
        if (typeof got === 'string' || typeof wanted === 'string') expect(got).toEqual(wanted)
        else expect(said(got)).toEqual(said(wanted))
      }
    }),
    { numRuns: 5000 },
  )
})

test('when a head comes again, gives the same object; when one line differs, another one', () => {
  const reader = new HeadReader(new ReadBuffer())
  const of = (id: string) => read(reader, `HTTP/1.1 200 OK\r\nserver: s\r\nx-request-id: ${id}\r\n`, false)
  const [first, second, third, other] = [of('a'), of('a'), of('a'), of('b')] as ReadHead[]
  expect(second).toBe(first)
  expect(third).toBe(first)
  expect(other).not.toBe(first)
  expect(first!.head.rawHeaders).toEqual(['server', 's', 'x-request-id', 'a'])
  expect(other!.head.rawHeaders).toEqual(['server', 's', 'x-request-id', 'b'])
})

test('when every head was another one for long, and then they repeat, the same object comes again', () => {
  const reader = new HeadReader(new ReadBuffer())
  const of = (id: number) => read(reader, `HTTP/1.1 200 OK\r\nx-request-id: ${id}\r\n`, false)
  for (let id = 0; id < 100; id++) of(id)
  for (let id = 0; id < 16; id++) of(100)
  const settled = of(100)
  for (let id = 0; id < 16; id++) expect(of(100)).toBe(settled)
})

test('when only a part of the same head has come, it does not count as repeated', () => {
  const reader = new HeadReader(new ReadBuffer())
  const text = 'HTTP/1.1 200 OK\r\na: b\r\n'
  read(reader, text, false)
  const bytes = Buffer.from(`${text}\r\n`)
  expect(reader.repeated(bytes, 0, false)).not.toBeNull()
  for (let end = 0; end < bytes.length; end++)
    expect(reader.repeated(bytes.subarray(0, end), 0, false)).toBeNull()
})
