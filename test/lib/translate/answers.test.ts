import { describe, expect, test } from 'vitest'
import { translateError } from '../../../src/lib/translate/translate.ts'
import { makePlan, translateAnswer } from './given-translation.ts'

const toMessages = makePlan('anthropic', { stops: ['END'] })
const toChat = makePlan('openai')

function completion(message: object, fields: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-x',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
    ...fields,
  }
}

function message(content: object[], fields: object = {}): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 30,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 60,
      output_tokens: 20,
      output_tokens_details: { thinking_tokens: 5 },
      service_tier: 'standard',
    },
    ...fields,
  }
}

const calls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }]

describe('a chat completion as a message', () => {
  test('thinking, text, a call and the tokens of caches', () => {
    const body = completion(
      { reasoning_content: 'hm', content: 'yes', tool_calls: calls },
      { service_tier: 'default' },
    )
    expect(translateAnswer(toMessages, body)).toEqual({
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-x',
      container: null,
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'yes', citations: null },
        { type: 'tool_use', id: 'call_1', caller: { type: 'direct' }, name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 10,
        cache_read_input_tokens: 60,
        cache_creation: null,
        output_tokens: 20,
        output_tokens_details: { thinking_tokens: 5 },
        server_tool_use: null,
        inference_geo: null,
        service_tier: 'standard',
        speed: null,
      },
    })
  })

  test('what an answer lacks is filled from the request, and unknown tokens are 0', () => {
    const bare = { choices: [{ message: { content: 'x', tool_calls: [{ function: { name: 'f' } }] } }] }
    expect(translateAnswer(toMessages, bare)).toMatchObject({
      id: 'msg_req_1',
      model: 'asked-model',
      content: [{ text: 'x' }, { id: 'call_req_1_0', input: {} }],
      usage: { input_tokens: 0, output_tokens: 0, output_tokens_details: null },
    })
  })

  test.each([
    ['reasoning', { reasoning: 'hm', content: 'x' }],
    [
      'signed details',
      { reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }], content: 'x' },
    ],
    [
      'parts',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'x' },
        ],
      },
    ],
  ])('thinking that comes as %s', (_, said) => {
    const { content } = translateAnswer(toMessages, completion(said))
    expect(content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'text', text: 'x', citations: null },
    ])
  })

  test('a signature is kept, and thinking that the client does not want is not shown', () => {
    const details = [
      { type: 'reasoning.text', text: 'hm', signature: 'sig' },
      { type: 'reasoning.encrypted', data: 'xx' },
    ]
    const body = completion({ reasoning_details: details, content: 'x' })
    expect(translateAnswer(toMessages, body).content).toMatchObject([
      { type: 'thinking', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xx' },
      { type: 'text' },
    ])
    const hidden = makePlan('anthropic', { showsThinking: false })
    expect(translateAnswer(hidden, body).content).toMatchObject([{ type: 'text' }])
  })

  test.each([
    ['stop', {}, { stop_reason: 'end_turn', stop_sequence: null }],
    ['stop', { stop_reason: 'END' }, { stop_reason: 'stop_sequence', stop_sequence: 'END' }],
    ['stop', { stop_reason: 151645 }, { stop_reason: 'end_turn', stop_sequence: null }],
    ['length', {}, { stop_reason: 'max_tokens', stop_sequence: null }],
    ['content_filter', {}, { stop_reason: 'refusal', stop_sequence: null }],
    ['constructor', {}, { stop_reason: 'end_turn', stop_sequence: null }],
  ])('finish_reason %s with %j is %j', (finish_reason, more, wanted) => {
    const choices = [{ index: 0, message: { content: 'x' }, finish_reason, ...more }]
    expect(translateAnswer(toMessages, completion({}, { choices }))).toMatchObject(wanted)
  })

  test('a refusal is said and is the reason', () => {
    const answer = translateAnswer(toMessages, completion({ refusal: 'I will not.' }))
    expect(answer).toMatchObject({ content: [{ text: 'I will not.' }], stop_reason: 'refusal' })
  })

  test.each([
    ['no choices', completion({}, { choices: [] })],
    ['no JSON object', 'text'],
    [
      'broken arguments',
      completion({ tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":' } }] }),
    ],
    [
      'a list as arguments',
      completion({ tool_calls: [{ id: 'c', function: { name: 'f', arguments: '[]' } }] }),
    ],
    ['a call without a name', completion({ tool_calls: [{ id: 'c', function: {} }] })],
    [
      'half an answer',
      completion({}, { choices: [{ message: {}, finish_reason: 'insufficient_system_resource' }] }),
    ],
  ])('%s is no answer', (_, body) => {
    expect(() => translateAnswer(toMessages, body)).toThrow(
      expect.objectContaining({ code: 'upstream_unavailable' }),
    )
  })
})

describe('a message as a chat completion', () => {
  test('thinking, text, a call and the tokens of caches', () => {
    const body = message(
      [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'redacted_thinking', data: 'xx' },
        { type: 'text', text: 'ye' },
        { type: 'text', text: 's' },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      ],
      { stop_reason: 'tool_use' },
    )
    expect(translateAnswer(toChat, body)).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'claude-x',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'yes',
            refusal: null,
            reasoning_content: 'hm',
            reasoning_details: [
              {
                type: 'reasoning.text',
                text: 'hm',
                signature: 'sig',
                format: 'anthropic-claude-v1',
                index: 0,
              },
              { type: 'reasoning.encrypted', data: 'xx', format: 'anthropic-claude-v1', index: 1 },
            ],
            tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
      service_tier: 'default',
    })
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
  ])('stop_reason %s is %s', (stop_reason, finish_reason) => {
    const answer = translateAnswer(toChat, message([{ type: 'text', text: 'x' }], { stop_reason }))
    expect(answer.choices).toMatchObject([{ finish_reason }])
  })

  test('a call without text has no content; a refusal says why', () => {
    const called = translateAnswer(toChat, message([{ type: 'tool_use', id: 't', name: 'f', input: {} }]))
    expect(called.choices).toMatchObject([{ message: { content: null } }])
    const stop_details = { type: 'refusal', category: 'cyber', explanation: 'no' }
    const refused = translateAnswer(toChat, message([], { stop_reason: 'refusal', stop_details }))
    expect(refused.choices).toMatchObject([{ message: { content: '', refusal: 'no' } }])
  })

  test.each([
    ['no content', message([], { content: undefined })],
    [
      'a block of a server tool',
      message([{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }]),
    ],
  ])('%s is no answer', (_, body) => {
    expect(() => translateAnswer(toChat, body)).toThrow(
      expect.objectContaining({ code: 'upstream_unavailable' }),
    )
  })
})

describe('errors', () => {
  const openai = (code: string | null, text: string, type = 'invalid_request_error') => ({
    error: { message: text, type, param: null, code },
  })
  const anthropic = (type: string, text: string, more: object = {}) => ({
    type: 'error',
    error: { type, message: text, ...more },
    request_id: 'r',
  })

  test.each([
    [400, openai(null, 'bad'), { type: 'invalid_request_error', message: 'bad' }],
    [
      400,
      openai('context_length_exceeded', 'at most 8192 tokens'),
      {
        type: 'invalid_request_error',
        message: 'prompt is too long: at most 8192 tokens',
        code: 'context_length_exceeded',
      },
    ],
    [
      404,
      openai('model_not_found', 'no'),
      { type: 'not_found_error', message: 'no', code: 'model_not_found' },
    ],
    [
      429,
      [{ error: { code: 429, message: 'slow' } }],
      { type: 'rate_limit_error', message: 'slow', code: '429' },
    ],
    [
      500,
      { code: 'InternalError', message: 'oh' },
      { type: 'api_error', message: 'oh', code: 'InternalError' },
    ],
    [502, { error: 'model not found' }, { type: 'api_error', message: 'model not found' }],
    [503, '<html>', { type: 'overloaded_error', message: '<html>' }],
    [422, undefined, { type: 'invalid_request_error', message: 'the provider answered with status 422' }],
  ])('status %i with %j, for a Messages client', (status, body, error) => {
    expect(translateError(toMessages, status, body)).toEqual({ type: 'error', error, request_id: 'req_1' })
  })

  test.each([
    [400, anthropic('invalid_request_error', 'bad'), 'invalid_request_error', null],
    [
      400,
      anthropic('invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum'),
      'invalid_request_error',
      'context_length_exceeded',
    ],
    [401, anthropic('authentication_error', 'key'), 'authentication_error', 'invalid_api_key'],
    [404, anthropic('not_found_error', 'model: x'), 'invalid_request_error', 'model_not_found'],
    [429, anthropic('rate_limit_error', 'slow'), 'rate_limit_error', 'rate_limit_exceeded'],
    [
      429,
      anthropic('rate_limit_error', 'money', { details: { error_code: 'enforced_spend_limit_reached' } }),
      'rate_limit_error',
      'enforced_spend_limit_reached',
    ],
    [529, anthropic('overloaded_error', 'busy'), 'server_error', 'server_is_overloaded'],
    [500, anthropic('constructor', 'odd'), 'server_error', 'server_error'],
  ])('status %i with %j, for a client of chat completions', (status, body, type, code) => {
    const message = (body as { error: { message: string } }).error.message
    expect(translateError(toChat, status, body)).toEqual({ error: { message, type, param: null, code } })
  })
})
