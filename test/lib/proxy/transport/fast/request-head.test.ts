import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isQwenctlError } from '../../../../../src/lib/base/errors.ts'
import { writeHeadAlone } from '../../../../../src/lib/proxy/transport/fast/sockets/write-batcher.ts'
import { CheckedHeaders } from '../../../../../src/lib/proxy/wire/headers/checked-headers.ts'
import { RequestHead } from '../../../../../src/lib/proxy/transport/fast/upstream/request-head.ts'
import type { UpstreamRequest } from '../../../../../src/lib/proxy/transport/upstream-call.ts'

function requestHead(host: string, request: UpstreamRequest): string {
  return writeHeadAlone(new RequestHead(host, request)).toString('latin1')
}

function refusal(change: { method?: string; path?: string; headers?: string[] }): string {
  try {
    return requestHead('h', { method: 'GET', path: '/', headers: [], body: null, ...change })
  } catch (error) {
    return isQwenctlError(error) ? error.code : 'another error'
  }
}

test('writes one line per header, the host first and the length last', () => {
  const headers = ['Authorization', 'Bearer caf\xe9', 'x-empty', '']
  const head = requestHead('api.test:8443', {
    method: 'POST',
    path: '/v1?a=b',
    headers,
    body: Buffer.from('abc'),
  })
  expect(head).toBe(
    'POST /v1?a=b HTTP/1.1\r\nhost: api.test:8443\r\nAuthorization: Bearer caf\xe9\r\nx-empty: \r\ncontent-length: 3\r\n\r\n',
  )
})

test.each([
  ['GET', null, false],
  ['DELETE', null, false],
  ['POST', null, true],
  ['PATCH', null, true],
  ['GET', Buffer.alloc(0), true],
])('%s with body %s says that it has none: %s', (method, body, says) => {
  expect(requestHead('h', { method, path: '/', headers: [], body }).includes('content-length: 0\r\n')).toBe(
    says,
  )
})

test.each([
  ['CR LF in a value', { headers: ['a', 'b\r\nx-evil: 1'] }],
  ['LF in a value', { headers: ['a', 'b\nx-evil: 1'] }],
  ['CR in a value', { headers: ['a', 'b\r'] }],
  ['NUL in a value', { headers: ['a', 'b\0'] }],
  ['a character whose low byte is LF', { headers: ['a', 'b\u010ax-evil: 1'] }],
  ['LF in a name', { headers: ['a\nb', 'c'] }],
  ['a colon in a name', { headers: ['a:b', 'c'] }],
  ['a blank in a name', { headers: ['a ', 'c'] }],
  ['an empty name', { headers: ['', 'c'] }],
  ['a name without a value', { headers: ['a'] }],
  ['a blank in the path', { path: '/a HTTP/1.1' }],
  ['LF in the path', { path: '/a\nb' }],
  ['an absolute path', { path: 'http://other/' }],
  ['an empty path', { path: '' }],
  ['a blank in the method', { method: 'GET /' }],
  ['a host of the caller', { headers: ['Host', 'other'] }],
  ['a length of the caller', { headers: ['Content-Length', '0'] }],
  ['a coding of the caller', { headers: ['Transfer-Encoding', 'chunked'] }],
  ['a connection header of the caller', { headers: ['connection', 'close'] }],
])('refuses %s', (_, change) => {
  expect(refusal(change)).toBe('invalid_request')
})

test('when a value is refused, does not repeat it in the message', () => {
  const call = () =>
    requestHead('h', { method: 'GET', path: '/', headers: ['authorization', 'sk-1\n'], body: null })
  expect(call).toThrow(/authorization/)
  expect(call).not.toThrow(/sk-1/)
})

test('for any headers, what is accepted has as many lines as it should', () => {
  const any = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(any, (fields) => {
      const head = refusal({ headers: fields.flat() })
      if (head === 'invalid_request') return
      const wire = Buffer.from(head, 'latin1').toString('latin1')
      expect(wire.split(/\r|\n/).length).toBe((fields.length + 3) * 2 + 1)
    }),
    { numRuns: 500 },
  )
})

test('when the same headers are sent again, each part that is another one is in the head, and a bad path is refused', () => {
  const headers = new CheckedHeaders(['a', 'b'])
  const [one, two] = [new CheckedHeaders(['x-key', '1']), new CheckedHeaders(['x-key', '2'])]
  const rounds = ['h', 'g', 'h'].flatMap((host) =>
    ['/x', '/y', '/x'].flatMap((path) =>
      [one, two, one, undefined].flatMap((more) =>
        ['POST', 'PUT', 'POST'].flatMap((method) =>
          [1, 22].map((length) => ({ host, path, more, method, length })),
        ),
      ),
    ),
  )
  for (const { host, path, more, method, length } of rounds) {
    const request = { method, path, headers, body: Buffer.alloc(length), ...(more !== undefined && { more }) }
    expect(requestHead(host, request)).toBe(
      `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\na: b\r\n${more?.lines ?? ''}content-length: ${length}\r\n\r\n`,
    )
  }
  expect(() => requestHead('h', { method: 'POST', path: '/x y', headers, body: null })).toThrow('blanks')
})
