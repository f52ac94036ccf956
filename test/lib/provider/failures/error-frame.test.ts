import { describe, expect, it } from 'vitest'
import {
  callsItselfError,
  isEmptyAnswer,
  isErrorFrame,
} from '../../../../src/lib/provider/failures/error-frame.ts'
import { anthropicError, nativeError, openaiError } from '../given-answer.ts'

describe('isErrorFrame', () => {
  it.each([
    ['an OpenAI error', null, openaiError({})],
    ['an Anthropic error', null, anthropicError('overloaded_error')],
    ['any frame of the event "error"', 'error', undefined],
    ['a native DashScope error', null, nativeError('Throttling.AllocationQuota')],
    ['an error by type and rid', null, { errorType: 'THROTTLING', rid: 'r', message: null, status: 429 }],
    [
      'an OpenRouter chunk with its error',
      null,
      { choices: [{ delta: {}, finish_reason: 'error' }], error: { code: 502, message: 'cut' } },
    ],
    ['a chunk that finishes with an error', null, { choices: [{ delta: {}, finish_reason: 'error' }] }],
    ['an error of a choice', null, { choices: [{ error: { code: 502 } }] }],
    ['a failed response', 'response.failed', { type: 'response.failed', response: { error: { code: 'x' } } }],
    ['an error event of the Responses API', null, { type: 'error', code: 'server_error', message: 'm' }],
    ['a list of one error', null, [{ error: { code: 429 } }]],
    ['an error that is a text', null, { error: 'overloaded' }],
    [
      'a MiniMax error',
      null,
      { id: '1', choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    ],
    ['a failure that says so', null, { success: false, message: 'no' }],
    ['a numeric code', null, { code: 1302, msg: 'too many' }],
    ['a Baidu error', null, { error_code: 18, error_msg: 'Open api qps request limit reached' }],
    ['a SiliconFlow error', null, { code: 30001, message: 'no balance', data: null }],
    ['a detail', null, { detail: 'Not authenticated' }],
    ['a list of wrong fields', null, { detail: [{ loc: ['body'], msg: 'Field required' }] }],
    ['a NVIDIA error', null, { status: 429, title: 'Too Many Requests' }],
    ['an exception of Bedrock', null, { throttlingException: { message: 'm' } }],
    ['a timeout of Bedrock', null, { modelTimeoutException: { message: 'm' } }],
    ['a list of errors', null, { success: false, errors: [{ code: 7003, message: 'no' }], result: null }],
  ])('when it is %s, says so', (_, event, data) => {
    expect(isErrorFrame(event, data)).toBe(true)
  })

  it.each([
    ['a chunk', null, { choices: [{ delta: { content: 'error' }, finish_reason: null }] }],
    ['the last chunk', null, { choices: [], usage: { prompt_tokens: 1 } }],
    ['a chunk with an empty error', null, { error: null, choices: [{ delta: {} }] }],
    ['a body with an empty error object', null, { object: 'response', error: {}, output: [] }],
    ['a finished response', null, { object: 'response', error: null, output: [] }],
    ['a native success', null, { code: '', message: '', request_id: 'r', output: { text: 'hi' } }],
    ['a success with a code', null, { code: 'Success', message: 'ok', request_id: 'r', output: {} }],
    ['Anthropic’s start', 'message_start', { type: 'message_start', message: { content: [] } }],
    ['a ping', 'ping', { type: 'ping' }],
    ['the end', null, '[DONE]'],
    ['nothing', null, undefined],
    ['a MiniMax answer', null, { choices: [{ delta: {} }], base_resp: { status_code: 0, status_msg: '' } }],
    ['an answer that says success', null, { success: true, code: 200, data: [] }],
    ['an answer with an empty code', null, { code: 0, msg: 'ok', result: {} }],
    ['an answer with a good error code', null, { error_code: 0, error_msg: '', result: 'hi' }],
    ['an answer beside an exception', null, { choices: [{ message: { content: 'x' } }], lastException: {} }],
    [
      'an answer beside an exception of Bedrock',
      null,
      { throttlingException: {}, choices: [{ message: { content: 'x' } }] },
    ],
    ['an empty list', null, []],
    ['a list of something else', null, [{ embedding: [1] }]],
  ])('when it is %s, says no', (_, event, data) => {
    expect(isErrorFrame(event, data)).toBe(false)
  })
})

describe('callsItselfError', () => {
  it.each([
    [{ throttlingException: { message: 'm' } }, true],
    [{ error: { code: 1 } }, true],
    [{ throttlingException: 'm' }, false],
    [{ innerException: { message: 'm' } }, false],
    [{ throttlingException: {}, choices: [] }, false],
    [{ choices: [], throttlingException: {} }, false],
    [{}, false],
  ])('%j', (data, isError) => {
    expect(callsItselfError(data)).toBe(isError)
  })
})

describe('isEmptyAnswer', () => {
  it.each([
    [{}],
    [{ id: 'x', object: 'chat.completion', model: 'm' }],
    [{ message: 'hello' }],
    [{ choices: null }],
  ])('when a whole answer is %j, says so', (data) => {
    expect(isEmptyAnswer(data)).toBe(true)
  })

  it.each([
    [{ choices: [] }],
    [{ content: [] }],
    [{ output: [] }],
    [{ data: [] }],
    [{ results: [] }],
    [{ text: '' }],
    [{ input_tokens: 3 }],
    [{ message: { role: 'assistant', content: 'hi' }, done: true }],
    [{ candidates: [] }],
    [[]],
    [undefined],
  ])('when it is %j, says no', (data) => {
    expect(isEmptyAnswer(data)).toBe(false)
  })
})
