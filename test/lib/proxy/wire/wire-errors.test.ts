import { expect, test } from 'vitest'
import { SseTap } from '../../../../src/lib/proxy/wire/sse-tap.ts'
import { errorBody, errorFrame } from '../../../../src/lib/proxy/wire/wire-errors.ts'

const error = {
  status: 429,
  code: 'quota_exhausted',
  message: 'every account is out: "work" returns\nat 00:00',
  type: 'rate_limit_error',
  requestId: 'req_1',
}

test('when the caller speaks OpenAI, the body is its envelope', () => {
  expect(JSON.parse(errorBody('openai', error).toString())).toEqual({
    error: { message: error.message, type: 'rate_limit_error', param: null, code: 'quota_exhausted' },
  })
})

test('when the caller speaks Anthropic, the body is its envelope', () => {
  expect(JSON.parse(errorBody('anthropic', error).toString())).toEqual({
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
  expect(JSON.parse(errorBody('anthropic', { ...error, status }).toString())).toMatchObject({
    error: { type },
  })
})

test.each([
  ['openai', null],
  ['anthropic', 'error'],
] as const)('when a stream in the %s format breaks off, the error is one whole frame', (dialect, event) => {
  const frames = new SseTap().push(errorFrame(dialect, error))
  expect(frames).toHaveLength(1)
  expect(frames[0]).toMatchObject({ event, data: errorBody(dialect, error).toString(), isComplete: true })
})
