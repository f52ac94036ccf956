import { requestHeaders } from '../../../../../src/lib/proxy/wire/headers/request-headers.ts'
import { expect, test } from 'vitest'
import {
  PassedHeaders,
  passedHeaders,
  headerLines,
  responseHeaders,
} from '../../../../../src/lib/proxy/wire/headers/response-headers.ts'

test('when a request goes upstream, what belongs to the client, its accounts and its connection stays behind', () => {
  const kept = requestHeaders([
    ...[
      'Host',
      '127.0.0.1:3000',
      'Connection',
      'keep-alive',
      'Content-Length',
      '12',
      'Accept-Encoding',
      'gzip, br',
    ],
    ...[
      'Authorization',
      'Bearer qk_1',
      'X-Api-Key',
      'qk_1',
      'api-key',
      'k',
      'x-goog-api-key',
      'k',
      'Cookie',
      'a=b',
    ],
    ...[
      'OpenAI-Organization',
      'org',
      'OpenAI-Project',
      'p',
      'X-Qwenctl-Account',
      'work',
      'Proxy-Authorization',
      'Basic x',
    ],
    ...[
      'Transfer-Encoding',
      'chunked',
      'Expect',
      '100-continue',
      'X-Forwarded-For',
      '10.0.0.1',
      'TE',
      'trailers',
    ],
  ])
  expect(kept).toEqual(['accept-encoding', 'identity'])
})

test('when a request goes upstream, everything else goes as it came, in order and spelling', () => {
  const sent = [
    ...[
      'User-Agent',
      'OpenAI/JS 7.57.0',
      'Content-Type',
      'application/json',
      'anthropic-version',
      '2023-06-01',
    ],
    ...[
      'anthropic-beta',
      'a',
      'Anthropic-Beta',
      'b',
      'X-Stainless-Lang',
      'js',
      'X-Claude-Code-Session-Id',
      's',
    ],
    ...['accept', 'text/event-stream', 'x-unknown', ''],
  ]
  expect(requestHeaders(sent)).toEqual([...sent, 'accept-encoding', 'identity'])
})

test('when an answer comes back, what is about one account or one connection stays behind', () => {
  const kept = responseHeaders([
    ...[
      'Connection',
      'keep-alive',
      'Keep-Alive',
      'timeout=5',
      'Transfer-Encoding',
      'chunked',
      'Content-Length',
      '3',
    ],
    ...['Set-Cookie', 'a=b', 'Retry-After', '60', 'retry-after-ms', '60000', 'X-Should-Retry', 'true'],
    ...[
      'x-ratelimit-remaining-requests',
      '1',
      'Anthropic-RateLimit-Tokens-Limit',
      '1',
      'X-Rate-Limit-Reset',
      '1',
    ],
    ...[
      'RateLimit-Policy',
      '1',
      'openai-organization',
      'org',
      'alt-svc',
      'h3=":443"',
      'x-qwenctl-account',
      'theirs',
    ],
    ...['Access-Control-Allow-Origin', '*', 'Strict-Transport-Security', 'max-age=1'],
  ])
  expect(kept).toEqual([])
})

test('when an answer comes back, everything else goes as it came', () => {
  const sent = [
    'Content-Type',
    'text/event-stream',
    'Cache-Control',
    'no-cache',
    'openai-processing-ms',
    '5',
    'Vary',
    'a',
    'vary',
    'b',
  ]
  expect(responseHeaders(sent)).toEqual(sent)
  expect(responseHeaders(['content-encoding', 'gzip'])).toEqual(['content-encoding', 'gzip'])
})

test.each(['X-Request-Id', 'request-id'])(
  'when the upstream names its request in %s, the name is ours',
  (name) => {
    expect(responseHeaders([name, 'req_9'])).toEqual(['x-qwenctl-upstream-request-id', 'req_9'])
  },
)

test('when the upstream names its request twice, the first counts', () => {
  expect(responseHeaders(['x-request-id', 'a', 'request-id', 'b'])).toEqual([
    'x-qwenctl-upstream-request-id',
    'a',
  ])
})

test('when the connection header names headers, they stay behind too, wherever they stand', () => {
  const headers = ['X-Hop', '1', 'Connection', 'close, x-hop ,X-Other,', 'x-other', '2', 'x-end', '3']
  expect(requestHeaders(headers)).toEqual(['x-end', '3', 'accept-encoding', 'identity'])
  expect(responseHeaders(headers)).toEqual(['x-end', '3'])
})

test('when the headers of an answer are asked for again, they are the same, as a list and as lines', () => {
  const head = { rawHeaders: ['Date', 'today', 'x-request-id', 'a'], forClient: null }
  const passed = passedHeaders(head, '')
  expect(passed.list).toEqual(responseHeaders(head.rawHeaders))
  expect(headerLines(passed.list)).toBe('Date: today\r\nx-qwenctl-upstream-request-id: a\r\n')
  expect(passed.hasDate).toBe(true)
  expect(passedHeaders(head, '')).toBe(passed)
  expect(new PassedHeaders(['x-date', 'date']).hasDate).toBe(false)
})

test('a head that recurs for another account hides the credentials of both', () => {
  const rawHeaders = ['x-a', 'no sk-0123456789abcdef', 'x-b', 'no sk-fedcba9876543210']
  const head = { rawHeaders, forClient: null as PassedHeaders | null }
  const hidden = `no ${'*'.repeat(19)}`
  expect(passedHeaders(head, 'sk-0123456789abcdef').list).toEqual(['x-a', hidden, 'x-b', rawHeaders[3]])
  expect(passedHeaders(head, 'sk-fedcba9876543210').list).toEqual(['x-a', rawHeaders[1], 'x-b', hidden])
  expect(passedHeaders(head, 'sk-other-00000000001').list).toEqual(rawHeaders)
  const plain = { rawHeaders: ['x-a', 'b'], forClient: null as PassedHeaders | null }
  expect(passedHeaders(plain, 'sk-0123456789abcdef')).toBe(passedHeaders(plain, 'sk-fedcba9876543210'))
})
