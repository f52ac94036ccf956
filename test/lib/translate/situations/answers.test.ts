import { describe, expect, test } from 'vitest'
import type { Format } from '../../../../src/lib/provider/wire-format.ts'
import { makePlan, translateAnswer, translateBody } from '../given-translation.ts'
import { answered, messages, streamed } from './given-situation.ts'

const choice = (finish_reason: unknown, message: object = { content: 'x' }, more: object = {}) => ({
  id: 'c',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  ...more,
})
const candidate = (finishReason: string, text: string | null = 'x') => ({
  candidates: [{ ...(text === null ? {} : { content: { parts: [{ text }] } }), finishReason }],
})
const used = { type: 'tool_use', id: 'a', name: 'f', input: { a: 1 } }

describe('why a chat completion ends', () => {
  test.each<[string, string, unknown]>([
    ['model_context_window_exceeded', 'anomalyco/opencode#18813', { stop_reason: 'max_tokens' }],
    ['max_tokens', 'simonw/llm: services spell it as Anthropic does', { stop_reason: 'max_tokens' }],
    ['MAX_TOKENS', 'BerriAI/litellm#10768', { stop_reason: 'max_tokens' }],
    ['sensitive', 'https://docs.z.ai/api-reference/llm/chat-completion', { stop_reason: 'refusal' }],
    ['SAFETY', 'BerriAI/litellm#10768', { stop_reason: 'refusal' }],
    ['end_turn', 'BerriAI/litellm#12481', { stop_reason: 'end_turn' }],
    ['network_error', 'https://docs.z.ai/api-reference/llm/chat-completion', 'upstream_unavailable'],
    ['abort', 'vllm-project/vllm: finish reasons of a request', 'upstream_unavailable'],
    [
      'function_call_filter: MALFORMED_FUNCTION_CALL',
      'NousResearch/hermes-agent#11171',
      'upstream_unavailable',
    ],
  ])('%s (%s)', (reason, _, told) => {
    const answer = answered('messages', 'chat', choice(reason))
    if (typeof told === 'string') expect(answer).toBe(told)
    else expect(answer).toMatchObject(told as object)
  })
})

describe('what a chat completion says beside its message', () => {
  test.each<[string, string, object, object]>([
    [
      'cached tokens at the top of the usage',
      'https://platform.kimi.ai/docs/api/chat: cached_tokens',
      { usage: { prompt_tokens: 10, completion_tokens: 2, cached_tokens: 4 } },
      { usage: { input_tokens: 6, cache_read_input_tokens: 4 } },
    ],
    [
      "cached tokens by Anthropic's names",
      'BerriAI/litellm: usage of a completion',
      {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 2,
          cache_read_input_tokens: 4,
          cache_creation_input_tokens: 3,
        },
      },
      { usage: { input_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 3 } },
    ],
    [
      'sources',
      'https://docs.perplexity.ai/api-reference/chat-completions-post: search_results',
      { search_results: [{ title: 'A', url: 'https://a.example' }] },
      { content: [{ text: expect.stringContaining('https://a.example') }] },
    ],
    [
      'sources as links',
      'https://docs.x.ai/docs/guides/live-search: citations',
      { citations: ['https://b.example'] },
      { content: [{ text: expect.stringContaining('https://b.example') }] },
    ],
  ])('%s (%s)', (_, __, more, told) => {
    expect(answered('messages', 'chat', choice('stop', { content: 'x' }, more))).toMatchObject(told)
  })

  test('sources once, although every chunk repeats them', () => {
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: 'c',
      choices: [{ index: 0, delta, finish_reason }],
      citations: ['https://b.example'],
    })
    const text = streamed('messages', 'chat', [
      chunk({ content: 'x' }),
      chunk({ content: 'y' }),
      chunk({}, 'stop'),
    ])
    expect(text.split('https://b.example')).toHaveLength(2)
  })

  test('sources once, although the message and its completion have them', () => {
    const annotations = [{ type: 'url_citation', url_citation: { url: 'https://b.example', title: 'B' } }]
    const answer = choice('stop', { content: 'x', annotations }, { citations: ['https://b.example'] })
    expect(answered('messages', 'chat', answer)).toMatchObject({
      content: [{ text: 'x\n\nSources:\n- B: https://b.example' }],
    })
  })

  test('no sources behind an answer in JSON', () => {
    const output_config = { format: { type: 'json_schema', schema: { type: 'object', properties: {} } } }
    for (const provider of ['custom', 'deepseek', 'perplexity']) {
      const { plan } = translateBody('messages', 'chat', messages({ output_config }), { provider })
      const answer = choice('stop', { content: '{"a":"b"}' }, { citations: ['https://b.example'] })
      expect(translateAnswer(plan, answer)).toMatchObject({ content: [{ text: '{"a":"b"}' }] })
    }
  })
})

describe('Gemini', () => {
  test.each<[string, string, unknown]>([
    ['OTHER', 'agentjido/req_llm#944', 'upstream_unavailable'],
    ['TOO_MANY_TOOL_CALLS', 'google-gemini-php/client#137', 'upstream_unavailable'],
    ['MALFORMED_RESPONSE', 'https://ai.google.dev/api/generate-content#FinishReason', 'upstream_unavailable'],
    [
      'MISSING_THOUGHT_SIGNATURE',
      'https://ai.google.dev/api/generate-content#FinishReason',
      'upstream_unavailable',
    ],
    ['NO_IMAGE', '@google/genai 2.32, FinishReason', 'upstream_unavailable'],
    ['IMAGE_PROHIBITED_CONTENT', '@google/genai 2.32, FinishReason', 'content_filter'],
    ['IMAGE_RECITATION', '@google/genai 2.32, FinishReason', 'content_filter'],
    ['STOP', 'BerriAI/litellm#24462', 'stop'],
    ['MAX_TOKENS', 'BerriAI/litellm#10768', 'length'],
  ])('ends with %s and no content (%s)', (reason, _, told) => {
    const answer = answered('chat', 'gemini', candidate(reason, null))
    if (told === 'upstream_unavailable') expect(answer).toBe(told)
    else expect(answer).toMatchObject({ choices: [{ finish_reason: told }] })
  })

  test('half an answer that ends with OTHER is an error in a stream', () => {
    const text = streamed('messages', 'gemini', [candidate('OTHER', 'half')])
    expect(text).toContain('event: error')
    expect(text).not.toContain('message_stop')
  })

  test('says STOP in every chunk (fruitbars/simple-one-api#32)', () => {
    const text = streamed('chat', 'gemini', [candidate('STOP', 'a'), candidate('STOP', 'b')])
    expect(text).toContain('"content":"a"')
    expect(text).toContain('"content":"b"')
    expect(text.match(/"finish_reason":"stop"/g)).toHaveLength(1)
  })
})

describe('Messages', () => {
  test.each([['end_turn'], [null]])('a call beside %s is a call (iOfficeAI/aionrs#93)', (stop_reason) => {
    const body = { id: 'm', content: [used], stop_reason, usage: { input_tokens: 1, output_tokens: 1 } }
    expect(answered('chat', 'messages', body)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] })
  })

  test('the input of a call may be whole at its start (vllm-project/vllm)', () => {
    const text = streamed('chat', 'messages', [
      { type: 'message_start', message: { id: 'm', usage: {} } },
      { type: 'content_block_start', index: 0, content_block: used },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ])
    expect(text).toContain(String.raw`"arguments":"{\"a\":1}"`)
  })

  test('a full context is a full length (theopenco/llmgateway#3254)', () => {
    const body = { content: [{ type: 'text', text: 'x' }], stop_reason: 'model_context_window_exceeded' }
    expect(answered('chat', 'messages', body)).toMatchObject({ choices: [{ finish_reason: 'length' }] })
    expect(answered('responses', 'messages', body)).toMatchObject({ status: 'incomplete' })
  })
})

describe('sources beside an answer in JSON', () => {
  const citation = { type: 'url_citation', url: 'https://a.example', title: 'A' }
  const cited = { type: 'text', text: '{}', citations: [citation] }
  const part = { type: 'output_text', text: '{}', annotations: [citation] }

  test.each<[Format, object]>([
    ['messages', { id: 'm', content: [cited], stop_reason: 'end_turn' }],
    ['responses', { id: 'r', status: 'completed', output: [{ type: 'message', content: [part] }] }],
  ])('%s: the answer stays JSON (vercel/ai: generateObject)', (to, body) => {
    const plan = makePlan('openai', { from: 'chat', to })
    expect(readText(translateAnswer({ ...plan, hasForm: true }, body))).toBe('{}')
    expect(readText(translateAnswer(plan, body))).toContain('https://a.example')
  })

  const readText = ({ choices }: Record<string, unknown>) =>
    (choices as { message: { content: string } }[])[0]!.message.content
})

describe('a call without arguments', () => {
  const named = { name: 'f', arguments: 'null' }
  const nulls = choice('tool_calls', { content: null, tool_calls: [{ id: 'a', function: named }] })

  test('null is no argument (langroid/langroid#988)', () => {
    expect(answered('messages', 'chat', nulls)).toMatchObject({ content: [{ input: {} }] })
    expect(answered('gemini', 'chat', nulls)).toMatchObject({
      candidates: [{ content: { parts: [{ functionCall: { args: {} } }] } }],
    })
  })

  test('null is no argument in a stream, and a value within them', () => {
    const piece = (text: string) => ({
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: text } }] },
        },
      ],
    })
    const last = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }
    expect(streamed('messages', 'chat', [piece('null'), last])).not.toContain('null"')
    const text = streamed('messages', 'chat', [piece('{"a":'), piece('null'), piece(' }'), last])
    expect(text).toContain('"partial_json":"null"')
    expect(text).toContain('"partial_json":" }"')
  })
})

describe('the functions of 2023 (https://platform.openai.com/docs/api-reference/chat: function_call)', () => {
  const { body, plan } = translateBody('chat', 'messages', {
    model: 'm',
    messages: [{ role: 'user', content: 'a' }],
    functions: [{ name: 'f', parameters: { type: 'object', properties: {} } }],
  })

  test('a call comes back in their form', () => {
    const answer = translateAnswer(plan, { id: 'm', content: [used], stop_reason: 'tool_use' })
    expect(answer).toMatchObject({
      choices: [
        {
          message: { content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
          finish_reason: 'function_call',
        },
      ],
    })
    expect(JSON.stringify(answer)).not.toContain('tool_calls')
  })

  test('a call comes back in their form, in a stream', () => {
    const events = [
      { type: 'content_block_start', index: 0, content_block: { ...used, input: {} } },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"a":1}' },
      },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ]
    const text = streamed('chat', 'messages', events, plan)
    expect(text).toContain('"function_call":{"name":"f","arguments":""}')
    expect(text).toContain(String.raw`"function_call":{"arguments":"{\"a\":1}"}`)
    expect(text).toContain('"finish_reason":"function_call"')
    expect(text).not.toContain('tool_calls')
  })

  test('the model makes one call at a time', () => {
    expect(body.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true })
  })
})

describe('Responses', () => {
  const item = { type: 'function_call', id: 'fc', call_id: 'a', name: 'f', arguments: '' }
  const created = { type: 'response.created', response: { id: 'r', output: [] } }

  test('the arguments of a call come with their end alone (BerriAI/litellm#25321)', () => {
    const text = streamed('messages', 'responses', [
      created,
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"a":1}' },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } },
    ])
    expect(text).toContain(String.raw`"partial_json":"{\"a\":1}"`)
    expect(text).toContain('"stop_reason":"tool_use"')
  })

  test('an incomplete response without a reason is cut (https://docs.x.ai/docs/api-reference: status)', () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'x' }] }]
    const body = { id: 'r', status: 'incomplete', incomplete_details: null, output }
    expect(answered('chat', 'responses', body)).toMatchObject({ choices: [{ finish_reason: 'length' }] })
    expect(answered('messages', 'responses', { ...body, incomplete_details: { reason: 'odd' } })).toBe(
      'upstream_unavailable',
    )
  })

  test.each([true, false])('a part with sources alone is no empty text, in JSON: %j', (hasForm) => {
    const content = [
      { type: 'output_text', text: '', annotations: [{ type: 'url_citation', url: 'https://a.b' }] },
    ]
    const body = {
      id: 'r',
      status: 'completed',
      output: [
        { type: 'message', content },
        { ...item, arguments: '{}' },
      ],
    }
    const plan = makePlan('anthropic', { to: 'responses', hasForm })
    const { content: blocks } = translateAnswer(plan, body) as { content: { type: string; text?: string }[] }
    expect(blocks.map(({ type }) => type)).toEqual(hasForm ? ['tool_use'] : ['text', 'tool_use'])
    expect(blocks.every(({ text }) => text !== '')).toBe(true)
  })

  test('a text comes with its end alone', () => {
    const text = streamed('chat', 'responses', [
      created,
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', content: [] } },
      { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'whole' },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'message', content: [] } },
      { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } },
    ])
    expect(text).toContain('"content":"whole"')
  })
})
