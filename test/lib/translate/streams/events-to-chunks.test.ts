import { describe, expect, test } from 'vitest'
import { START, block, event, stop, translate } from './given-stream.ts'
import { makePlan } from '../given-translation.ts'

const plan = makePlan('openai', { isStream: true })
const silent = makePlan('openai', { isStream: true, wantsUsage: false })
const TEXT = block(
  0,
  { type: 'text', text: '' },
  { type: 'text_delta', text: 'good ' },
  { type: 'text_delta', text: 'day' },
)

test('the chunks of a plain answer, one by one', () => {
  const { said, isComplete } = translate(plan, [START, event('ping'), TEXT, stop('end_turn')])
  const head = {
    id: 'msg_1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'claude-x',
    service_tier: 'default',
    usage: null,
  }
  const of = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  })
  expect(isComplete).toBe(true)
  expect(said.map(({ data }) => data)).toEqual([
    of({ role: 'assistant', content: '', refusal: null }),
    of({ content: 'good ' }),
    of({ content: 'day' }),
    of({}, 'stop'),
    {
      ...head,
      choices: [],
      usage: {
        prompt_tokens: 11,
        completion_tokens: 3,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      },
    },
    '[DONE]',
  ])
  expect(said.every(({ event }) => event === null)).toBe(true)
})

test('usage is sent only to a client that asked for it, and pings are comments', () => {
  const { said, text } = translate(silent, [event('ping'), START, event('ping'), TEXT, stop('end_turn')])
  expect(said.filter(({ data }) => data !== '[DONE]' && 'usage' in data)).toEqual([])
  expect(said.at(-1)?.data).toBe('[DONE]')
  expect(text.match(/^: ping$/gm)).toHaveLength(1)
})

function deltas(...upstream: string[]): object[] {
  const { said } = translate(silent, [START, ...upstream, stop('tool_use')])
  return said.slice(1, -2).map(({ data }) => data.choices[0].delta)
}

describe('what is said', () => {
  test('tool calls are numbered, also those that are given no input piece by piece', () => {
    const use = (id: string, name: string, input: object = {}) => ({ type: 'tool_use', id, name, input })
    const piece = (partial_json: string) => ({ type: 'input_json_delta', partial_json })
    expect(
      deltas(
        TEXT,
        block(1, use('a', 'f'), piece(''), piece('{"x"'), piece(':1}')),
        block(2, use('b', 'g')),
        block(3, use('c', 'h', { y: 2 })),
      ).slice(2),
    ).toEqual(
      [
        { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
        { index: 0, function: { arguments: '{"x"' } },
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
        { index: 1, function: { arguments: '{}' } },
        { index: 2, id: 'c', type: 'function', function: { name: 'h', arguments: '' } },
        { index: 2, function: { arguments: '{"y":2}' } },
      ].map((called) => ({ tool_calls: [called] })),
    )
  })

  test('thinking comes as it is thought, and once more signed', () => {
    const thoughts = block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'h' },
      { type: 'thinking_delta', thinking: 'm' },
      { type: 'signature_delta', signature: 'sig' },
    )
    const format = 'anthropic-claude-v1'
    expect(deltas(thoughts, block(1, { type: 'redacted_thinking', data: 'xx' }))).toEqual([
      { reasoning_content: 'h' },
      { reasoning_content: 'm' },
      { reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'sig', format, index: 0 }] },
      { reasoning_details: [{ type: 'reasoning.encrypted', data: 'xx', format, index: 1 }] },
    ])
  })

  test('what a block begins with is said too; citations and unknown events are not', () => {
    const citation = { type: 'citations_delta', citation: { type: 'char_location' } }
    expect(deltas(event('new_event'), block(0, { type: 'text', text: 'x' }, citation))).toEqual([
      { content: 'x' },
    ])
  })

  test('a refusal says why in the last chunk', () => {
    const end = stop('refusal', { stop_details: { type: 'refusal', explanation: 'no', category: null } })
    const { said } = translate(silent, [START, end])
    expect(said.at(-2)?.data.choices[0]).toMatchObject({
      delta: { refusal: 'no' },
      finish_reason: 'content_filter',
    })
  })
})

describe('an answer that is not whole ends in one error, without [DONE]', () => {
  const error = { type: 'overloaded_error', message: 'busy' }
  test.each([
    [
      'an error',
      [START, TEXT, event('error', { error }), TEXT, stop('end_turn')],
      'server_is_overloaded',
      'busy',
    ],
    ['an error as its first event', [event('error', { error })], 'server_is_overloaded', 'busy'],
    ['no end', [START, TEXT], 'upstream_unavailable', 'broke off'],
    [
      'a reason without the end',
      [START, TEXT, stop('end_turn').replace(/event: message_stop[^]*/, '')],
      'upstream_unavailable',
      'broke off',
    ],
    ['nothing', [], 'upstream_unavailable', 'broke off'],
    ['no JSON', [START, 'data: {\n\n'], 'upstream_unavailable', 'no JSON'],
    [
      'a block of a server tool',
      [START, block(0, { type: 'server_tool_use' })],
      'upstream_unavailable',
      'server_tool_use',
    ],
    ['an end without a beginning', [event('message_stop')], 'upstream_unavailable', 'broke off'],
  ])('%s', (_, upstream, code, words) => {
    const { said, isComplete, hasFailed } = translate(plan, upstream)
    expect({ isComplete, hasFailed }).toEqual({ isComplete: false, hasFailed: true })
    expect(said.filter(({ data }) => data.error !== undefined)).toHaveLength(1)
    expect(said.at(-1)?.data.error).toMatchObject({ type: 'server_error', param: null, code })
    expect(said.at(-1)?.data.error.message).toContain(words)
    expect(said.some(({ data }) => data === '[DONE]' || data.choices?.[0]?.finish_reason)).toBe(false)
  })

  test('a connection that breaks after the end cuts nothing off', () => {
    expect(translate(plan, [START, TEXT, stop('end_turn')], { isCut: true }).isComplete).toBe(true)
  })
})
