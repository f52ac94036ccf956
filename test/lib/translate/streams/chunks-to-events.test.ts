import { describe, expect, test } from 'vitest'
import {
  DONE,
  USAGE,
  USAGE_CHUNK,
  call,
  chunk,
  readContent,
  finish,
  frame,
  translate,
} from './given-stream.ts'
import { makePlan } from '../given-translation.ts'

const plan = makePlan('anthropic', { isStream: true, stops: ['END'] })
const text = (said: string) => ({ type: 'text', text: said, citations: null })
const thinking = (said: string, signature = '') => ({ type: 'thinking', thinking: said, signature })
const use = (id: string, name: string, input: object) => ({
  type: 'tool_use',
  id,
  caller: { type: 'direct' },
  name,
  input,
})

test('the events of a plain answer, one by one', () => {
  const { said, isComplete } = translate(plan, [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'good ' }),
    chunk({ content: 'day' }),
    finish('stop'),
    USAGE_CHUNK,
    DONE,
  ])
  expect(isComplete).toBe(true)
  expect(said.map(({ data }) => data)).toEqual([
    {
      type: 'message_start',
      message: expect.objectContaining({
        id: 'c1',
        type: 'message',
        role: 'assistant',
        model: 'gpt-x',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: expect.objectContaining({ input_tokens: 0, output_tokens: 0 }),
      }),
    },
    { type: 'content_block_start', index: 0, content_block: text('') },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'good ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'day' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, container: null },
      usage: {
        input_tokens: 7,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 3,
        output_tokens_details: null,
        server_tool_use: null,
      },
    },
    { type: 'message_stop' },
  ])
})

test('text is passed on as it comes, not when the answer is over', () => {
  const { said } = translate(plan, [chunk({ content: 'first' })], { isCut: true })
  expect(said.slice(0, 3).map(({ event }) => event)).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
  ])
})

describe('streams of services', () => {
  test.each([
    ['the usage with the end', [chunk({ content: 'x' }), finish('stop', { usage: USAGE }), DONE]],
    ['the usage after the end', [chunk({ content: 'x' }), finish('stop'), USAGE_CHUNK, DONE]],
    [
      'the usage growing in every chunk',
      [chunk({ content: 'x' }, { usage: { prompt_tokens: 7 } }), finish('stop', { usage: USAGE }), DONE],
    ],
    ['no [DONE]', [chunk({ content: 'x' }), finish('stop', { usage: USAGE })]],
    ['no blank line at the end', [chunk({ content: 'x' }), finish('stop', { usage: USAGE }).trimEnd()]],
    [
      'a first chunk of no choices',
      [frame({ id: '', choices: [] }), chunk({ content: 'x' }), finish('stop'), USAGE_CHUNK, DONE],
    ],
    [
      'null in place of a delta and of its content',
      [
        chunk(null),
        chunk({ content: null, tool_calls: null }),
        chunk({ content: 'x' }),
        finish('stop'),
        USAGE_CHUNK,
        DONE,
      ],
    ],
    [
      'comments between',
      [
        ': OPENROUTER PROCESSING\n\n',
        chunk({ content: 'x' }),
        ': keep-alive\n\n',
        finish('stop'),
        USAGE_CHUNK,
        DONE,
      ],
    ],
    [
      'lines that end otherwise, and a byte order mark',
      [('\uFEFF' + chunk({ content: 'x' }) + finish('stop') + USAGE_CHUNK + DONE).replaceAll('\n', '\r\n')],
    ],
    [
      'lines that end with a carriage return',
      [(chunk({ content: 'x' }) + finish('stop') + USAGE_CHUNK + DONE).replaceAll('\n', '\r')],
    ],
    [
      'another choice, which nobody asked for',
      [chunk({ content: 'y' }, {}, { index: 1 }), chunk({ content: 'x' }), finish('stop'), USAGE_CHUNK, DONE],
    ],
    [
      'no space after data:',
      [(chunk({ content: 'x' }) + finish('stop') + USAGE_CHUNK + DONE).replaceAll('data: ', 'data:')],
    ],
  ])('with %s', (_, upstream) => {
    const { said, isComplete } = translate(plan, upstream)
    const { content, end, usage } = readContent(said)
    expect(content).toEqual([text('x')])
    expect(end.stop_reason).toBe('end_turn')
    expect(usage).toMatchObject({ input_tokens: 7, output_tokens: 3 })
    expect(isComplete).toBe(true)
  })

  test('a comment becomes a ping, once the message has begun', () => {
    const { said } = translate(plan, [
      ': before\n\n',
      chunk({ content: 'x' }),
      ': after\n\n',
      finish('stop'),
      DONE,
    ])
    expect(said.filter(({ event }) => event === 'ping')).toHaveLength(1)
    expect(said[0]?.event).toBe('message_start')
  })
})

describe('tool calls', () => {
  test('one after the other, with text before', () => {
    const { said } = translate(plan, [
      chunk({ role: 'assistant', content: 'I ask.' }),
      call(0, '', { id: 'a', name: 'f' }),
      call(0, '{"x":'),
      call(0, '1}'),
      call(1, '{"y":2}', { id: 'b', name: 'g' }),
      finish('tool_calls'),
      DONE,
    ])
    const { content, end } = readContent(said)
    expect(content).toEqual([text('I ask.'), use('a', 'f', { x: 1 }), use('b', 'g', { y: 2 })])
    expect(end.stop_reason).toBe('tool_use')
  })

  test('interleaved calls come out one after the other', () => {
    const { said } = translate(plan, [
      call(0, '', { id: 'a', name: 'f' }),
      call(1, '', { id: 'b', name: 'g' }),
      call(0, '{"x":"}'),
      call(1, '{"y":'),
      call(0, '{"}'),
      call(1, '2}'),
      chunk({ content: 'done' }),
      finish('tool_calls'),
      DONE,
    ])
    expect(readContent(said).content).toEqual([
      use('a', 'f', { x: '}{' }),
      use('b', 'g', { y: 2 }),
      text('done'),
    ])
  })

  test('a call that waited and is complete with its next piece loses nothing', () => {
    const { said } = translate(plan, [
      call(0, '', { id: 'a', name: 'f' }),
      call(2, '', { id: 'c', name: 'h' }),
      call(1, '', { id: 'b', name: 'g' }),
      call(0, '{}'),
      call(2, '{"z":3}'),
      call(1, '{"y":2}'),
      finish('tool_calls'),
      DONE,
    ])
    expect(readContent(said).content).toEqual([
      use('a', 'f', {}),
      use('c', 'h', { z: 3 }),
      use('b', 'g', { y: 2 }),
    ])
  })

  test('a call that waited is passed on as soon as those before it are complete', () => {
    const upstream = [
      call(0, '', { id: 'a', name: 'f' }),
      call(1, '', { id: 'b', name: 'g' }),
      call(0, '{}'),
      call(1, '{"y":'),
    ]
    const { said } = translate(plan, upstream, { isCut: true })
    expect(said.at(-2)?.data).toMatchObject({ index: 1, delta: { partial_json: '{"y":' } })
  })

  test('the first call is passed on as it comes', () => {
    const { said } = translate(plan, [call(0, '{"x":', { id: 'a', name: 'f' })], { isCut: true })
    expect(said[2]?.data.delta).toEqual({ type: 'input_json_delta', partial_json: '{"x":' })
  })

  test.each([
    [
      'every call has the number 0',
      [call(0, '{"x":1}', { id: 'a', name: 'f' }), call(0, '{"y":2}', { id: 'b', name: 'g' })],
    ],
    [
      'no call has a number',
      [
        chunk({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"x":' } }] }),
        chunk({ tool_calls: [{ function: { arguments: '1}' } }] }),
        chunk({ tool_calls: [{ id: 'b', function: { name: 'g', arguments: '{"y":2}' } }] }),
      ],
    ],
    [
      'id and name are said with every piece',
      [
        call(0, '{"x":', { id: 'a', name: 'f' }),
        call(0, '1}', { id: 'a', name: 'f' }),
        call(1, '{"y":2}', { id: 'b', name: 'g' }),
      ],
    ],
    [
      'the name comes after the number',
      [
        call(0, '', { id: 'a' }),
        call(0, '{"x"', { name: 'f' }),
        call(0, ':1}'),
        call(1, '{"y":2}', { id: 'b', name: 'g' }),
      ],
    ],
    [
      'both are in one chunk',
      [
        chunk({
          tool_calls: [0, 1].map((index) => ({
            index,
            id: 'ab'[index],
            function: { name: 'fg'[index], arguments: ['{"x":1}', '{"y":2}'][index] },
          })),
        }),
      ],
    ],
    [
      'blank pieces follow',
      [call(0, '{"x":1}', { id: 'a', name: 'f' }), call(1, '{"y":2}', { id: 'b', name: 'g' }), call(0, '\n')],
    ],
  ])('when %s', (_, upstream) => {
    const { said, hasFailed } = translate(plan, [...upstream, finish('tool_calls'), DONE])
    expect(hasFailed).toBe(false)
    expect(readContent(said).content).toEqual([use('a', 'f', { x: 1 }), use('b', 'g', { y: 2 })])
  })

  test('a call without arguments, without an id, and with the wrong reason', () => {
    const { said } = translate(plan, [call(0, '', { name: 'f' }), finish('stop'), DONE])
    const { content, end } = readContent(said)
    expect(content).toEqual([use('call_req_1_0', 'f', {})])
    expect(end.stop_reason).toBe('tool_use')
  })
})

describe('thinking', () => {
  test.each([
    [
      'reasoning_content',
      [chunk({ reasoning_content: 'h' }), chunk({ reasoning_content: 'm', content: null })],
      '',
    ],
    ['reasoning', [chunk({ reasoning: 'hm', content: '' })], ''],
    [
      'reasoning_details beside reasoning',
      [
        chunk({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }),
        chunk({ reasoning_details: [{ type: 'reasoning.text', signature: 'sig' }] }),
      ],
      'sig',
    ],
    ['parts', [chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] })], ''],
  ])('by %s, then text', (_, upstream, signature) => {
    const { said } = translate(plan, [...upstream, chunk({ content: 'x' }), finish('stop'), DONE])
    expect(readContent(said).content).toEqual([thinking('hm', signature), text('x')])
  })

  test('sealed thinking keeps its place', () => {
    const sealed = { type: 'reasoning.encrypted', data: 'xx' }
    const { said } = translate(plan, [
      chunk({ reasoning_details: [sealed] }),
      chunk({ content: 'x' }),
      finish('stop'),
      DONE,
    ])
    expect(readContent(said).content).toEqual([{ type: 'redacted_thinking', data: 'xx' }, text('x')])
  })

  test('is not shown to a client that does not want it', () => {
    const hidden = makePlan('anthropic', { isStream: true, showsThinking: false })
    const { said } = translate(hidden, [
      chunk({ reasoning_content: 'hm', content: 'x' }),
      chunk({ content: [{ type: 'thinking', thinking: 'so' }] }),
      finish('stop'),
      DONE,
    ])
    expect(readContent(said).content).toEqual([text('x')])
  })
})

test.each([
  ['length', {}, 'max_tokens', null],
  ['content_filter', {}, 'refusal', null],
  ['stop', { stop_reason: 'END' }, 'stop_sequence', 'END'],
])('finish_reason %s with %j', (finish_reason, more, stop_reason, stop_sequence) => {
  const { said } = translate(plan, [chunk({ content: 'x' }), chunk({}, {}, { finish_reason, ...more }), DONE])
  expect(readContent(said).end).toMatchObject({ stop_reason, stop_sequence })
})

test('a refusal is said, and is the reason', () => {
  const { said } = translate(plan, [
    chunk({ refusal: 'I ' }),
    chunk({ refusal: 'will not.' }),
    finish('stop'),
    DONE,
  ])
  const { content, end } = readContent(said)
  expect(content).toEqual([text('I will not.')])
  expect(end.stop_reason).toBe('refusal')
})

describe('an answer that is not whole ends in one error, and says nothing after it', () => {
  const begin = chunk({ content: 'x' })
  const error = { message: 'gone', type: 'server_error', code: null }
  test.each([
    ['an error', [begin, frame({ error }), begin, DONE], 'api_error', 'gone'],
    ['an error as its first event', [frame({ error })], 'api_error', 'gone'],
    [
      'an error with a status',
      [begin, frame({ error: { message: 'slow', code: 429 } })],
      'rate_limit_error',
      'slow',
    ],
    ['an error event', [begin, `event: error\ndata: {"code":"x","message":"oh"}\n\n`], 'api_error', 'oh'],
    ['an error event of text', [begin, 'event: error\ndata: oh dear\n\n'], 'api_error', 'oh dear'],
    [
      'an error of DashScope',
      [
        begin,
        'id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"Throttling","message":"slow","request_id":"r"}\n\n',
      ],
      'rate_limit_error',
      'slow',
    ],
    [
      'an error of OpenRouter',
      [begin, chunk({ content: '' }, { error: { code: 502, message: 'lost' } }, { finish_reason: 'error' })],
      'api_error',
      'lost',
    ],
    [
      'an error in a choice',
      [begin, chunk(null, {}, { error: { code: 503, message: 'busy' } })],
      'overloaded_error',
      'busy',
    ],
    [
      'a list of one error',
      [begin, frame([{ error: { code: 400, message: 'bad' } }])],
      'invalid_request_error',
      'bad',
    ],
    [
      'a service out of resources',
      [begin, finish('insufficient_system_resource'), DONE],
      'api_error',
      'broke off',
    ],
    ['no JSON', [begin, 'data: {"choices":\n\n', DONE], 'api_error', 'no JSON'],
    ['an end without a reason', [begin], 'api_error', 'broke off'],
    ['nothing but [DONE]', [DONE], 'api_error', 'before it began'],
    ['nothing', [], 'api_error', 'broke off'],
    [
      'a call without a name',
      [call(0, '{}', { id: 'a' }), finish('tool_calls'), DONE],
      'api_error',
      'without a name',
    ],
    [
      'a call that goes on when it was complete',
      [call(0, '{}', { id: 'a', name: 'f' }), call(1, '{}', { id: 'b', name: 'g' }), call(0, '{}')],
      'api_error',
      'complete',
    ],
  ])('%s', (_, upstream, type, words) => {
    const { said, isComplete, hasFailed } = translate(plan, upstream)
    expect({ isComplete, hasFailed }).toEqual({ isComplete: false, hasFailed: true })
    const errors = said.filter(({ event }) => event === 'error')
    expect(errors).toHaveLength(1)
    expect(said.at(-1)).toEqual(errors[0])
    expect(errors[0]?.data).toMatchObject({ type: 'error', error: { type }, request_id: 'req_1' })
    expect(errors[0]?.data.error.message).toContain(words)
    expect(said.map(({ event }) => event)).not.toContain('message_stop')
  })

  test('a connection that breaks after the reason was said', () => {
    const { said, isComplete } = translate(plan, [begin, finish('stop')], { isCut: true })
    expect(isComplete).toBe(false)
    expect(said.at(-1)?.event).toBe('error')
  })

  test('a connection that breaks after the end was said cuts nothing off', () => {
    const { said, isComplete } = translate(plan, [begin, finish('stop'), DONE], { isCut: true })
    expect(isComplete).toBe(true)
    expect(said.at(-1)?.event).toBe('message_stop')
  })

  test('an event that never ends', () => {
    const { said, hasFailed } = translate(plan, [begin, ...Array<string>(40).fill('x'.repeat(1 << 20))], {
      isCut: true,
    })
    expect(hasFailed).toBe(true)
    expect(said.at(-1)?.data.error.message).toContain('has no end')
  })
})
