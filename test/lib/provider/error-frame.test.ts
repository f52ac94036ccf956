import { describe, expect, it } from 'vitest'
import { isErrorFrame } from '../../../src/lib/provider/error-frame.ts'
import { anthropicError, nativeError, openaiError } from './given-answer.ts'

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
    ['an empty list', null, []],
    ['a list of something else', null, [{ embedding: [1] }]],
  ])('when it is %s, says no', (_, event, data) => {
    expect(isErrorFrame(event, data)).toBe(false)
  })
})
