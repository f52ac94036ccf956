import { expect, test } from 'vitest'
import { SseTap } from '../../../../src/lib/proxy/wire/streams/sse-tap.ts'
import { errorBody, errorFrame } from '../../../../src/lib/proxy/wire/wire-errors.ts'

const error = {
  status: 429,
  code: 'quota_exhausted',
  message: 'every account is out: "work" returns\nat 00:00',
  type: 'rate_limit_error',
  requestId: 'req_1',
}

test('when the caller speaks OpenAI, the body is its envelope', () => {
  expect(JSON.parse(errorBody('chat', error).toString())).toEqual({
    error: { message: error.message, type: 'insufficient_quota', param: null, code: 'insufficient_quota' },
  })
})

test('when the caller speaks Anthropic, the body is its envelope', () => {
  expect(JSON.parse(errorBody('messages', error).toString())).toEqual({
    type: 'error',
    error: { type: 'rate_limit_error', message: error.message, code: 'quota_exhausted' },
    request_id: 'req_1',
  })
})

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'invalid_request_error'],
  [413, 'request_too_large'],
  [422, 'invalid_request_error'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [502, 'api_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])('when the status is %i, the Anthropic type is %s', (status, type) => {
  expect(JSON.parse(errorBody('messages', { ...error, status }).toString())).toMatchObject({
    error: { type },
  })
})

test.each([
  ['chat', null],
  ['messages', 'error'],
] as const)('when a stream in the %s format breaks off, the error is one whole frame', (dialect, event) => {
  const frames = new SseTap().push(errorFrame(dialect, error))
  expect(frames).toHaveLength(1)
  expect(frames[0]).toMatchObject({ event, data: errorBody(dialect, error).toString(), isComplete: true })
})

const inSeconds = (seconds: number) => ({ ...error, returns: { at: 1_800_000_000_500, seconds } })

test.each([
  [60, 'rate_limit_error', 'rate_limit_exceeded'],
  [61, 'insufficient_quota', 'insufficient_quota'],
])('of a pool that returns in %i s, chat clients read %s', (seconds, type, code) => {
  expect(JSON.parse(errorBody('chat', inSeconds(seconds)).toString())).toMatchObject({
    error: { type, code },
  })
})

test('of a pool that is out, clients of the Responses API read when the limit ends', () => {
  expect(JSON.parse(errorBody('responses', inSeconds(30)).toString())).toEqual({
    error: {
      message: error.message,
      type: 'usage_limit_reached',
      code: 'usage_limit_reached',
      param: null,
      resets_at: 1_800_000_001,
      resets_in_seconds: 30,
    },
  })
})

test('of a pool that is out, Gemini clients read how long to wait', () => {
  expect(JSON.parse(errorBody('gemini', inSeconds(30)).toString())).toEqual({
    error: {
      code: 429,
      message: error.message,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '30s' }],
    },
  })
})

test.each([
  ['chat', 402, { type: 'insufficient_quota', code: 'insufficient_quota' }],
  ['chat', 403, { type: 'invalid_request_error', code: 'needs_action' }],
  ['responses', 402, { type: 'insufficient_quota', code: 'insufficient_quota' }],
  ['messages', 402, { type: 'billing_error' }],
  ['messages', 403, { type: 'permission_error' }],
  ['gemini', 403, { status: 'PERMISSION_DENIED' }],
] as const)('of accounts that wait for a person, %s clients with %i read that', (shape, status, words) => {
  const waiting = { ...error, status, code: 'needs_action', type: 'invalid_request_error' }
  expect(JSON.parse(errorBody(shape, waiting).toString())).toMatchObject({ error: words })
})

test('a stream of the Responses API ends with its own two error events, in sequence', () => {
  const stream = { response: { id: 'resp_7', status: 'in_progress', model: 'm1' }, sequence: 4 }
  const frames = new SseTap().push(errorFrame('responses', error, stream))
  expect(frames.map(({ event }) => event)).toEqual(['response.failed', 'error'])
  expect(frames.map(({ data }) => JSON.parse(data ?? '') as unknown)).toMatchObject([
    {
      type: 'response.failed',
      sequence_number: 5,
      response: { id: 'resp_7', model: 'm1', status: 'failed', error: { message: error.message } },
    },
    { type: 'error', sequence_number: 6, message: error.message, param: null },
  ])
})
