// Streams from bug reports, over a whole proxy: what the client hears, in this order.

import { expect, test } from 'vitest'
import type { Format } from '../../../../src/lib/provider/wire-format.ts'
import { serviceFormats } from '../../../clients/agents/scripted-service.ts'
import { events, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

interface StreamSituation {
  source: string
  from: Format
  to: Format
  body?: object
  events: readonly object[]
  /** Parts of the stream, in this order. */
  hears: readonly string[]
  lacks?: readonly string[]
}

const asks: Readonly<Record<Format, { path: string; body: object; headers?: Record<string, string> }>> = {
  chat: {
    path: '/v1/chat/completions',
    body: {
      model: 'm1',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'hi' }],
    },
  },
  messages: {
    path: '/v1/messages',
    body: { model: 'm1', stream: true, max_tokens: 99, messages: [{ role: 'user', content: 'hi' }] },
    headers: { 'anthropic-version': '2023-06-01' },
  },
  responses: { path: '/v1/responses', body: { model: 'm1', stream: true, input: 'hi', store: false } },
  gemini: {
    path: '/v1beta/models/m1:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  },
}

async function listen({ from, to, body = {}, events: given }: StreamSituation): Promise<string> {
  const upstream = await givenUpstream()
  const format = serviceFormats[to]
  const frames = given.map((data) =>
    'type' in data
      ? `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`
      : `data: ${JSON.stringify(data)}\n\n`,
  )
  const end = to === 'chat' ? ['data: [DONE]\n\n'] : []
  upstream.always((call) =>
    format.path.test(call.seen.path.split('?')[0]!)
      ? events(...frames, ...end)(call)
      : json(404, format.missing)(call),
  )
  const account = { name: 'a', provider: format.provider, baseUrl: `${upstream.origin}${format.base}` }
  const proxy = await givenProxy({ accounts: [account] })
  const ask = asks[from]
  const reply = await proxy.post(ask.path, { ...ask.body, ...body }, ask.headers ?? {})
  expect(reply.status, reply.text).toBe(200)
  return reply.text
}

const blocked = [
  { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } },
]
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  content: [],
  usage: { input_tokens: 5 },
}
const block = (index: number, content_block: object, ...deltas: object[]) => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]
const stopped = (stop_reason: string) => [
  { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
]
const said = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  model: 'm1',
  choices: [{ index: 0, delta, finish_reason }],
})
const custom = { type: 'custom', custom: { name: 'patch' } }
const item = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'patch', input: '' }
const response = { id: 'resp_1', object: 'response', model: 'm1', status: 'in_progress', output: [] }

const situations: Readonly<Record<string, StreamSituation>> = {
  'a prompt that Google blocks, for Messages': {
    source: 'https://ai.google.dev/api/generate-content#PromptFeedback',
    from: 'messages',
    to: 'gemini',
    events: blocked,
    hears: ['message_start', '"stop_reason":"refusal"', 'message_stop'],
  },
  'a prompt that Google blocks, for chat completions': {
    source: 'https://ai.google.dev/api/generate-content#PromptFeedback',
    from: 'chat',
    to: 'gemini',
    events: blocked,
    hears: ['"finish_reason":"content_filter"', '"prompt_tokens":3', '[DONE]'],
  },
  'a prompt that Google blocks, for Responses': {
    source: 'https://ai.google.dev/api/generate-content#PromptFeedback',
    from: 'responses',
    to: 'gemini',
    events: blocked,
    hears: ['response.created', 'content_filter'],
    lacks: ['response.failed'],
  },
  'a prompt that Google blocks, for Gemini': {
    source: 'https://ai.google.dev/api/generate-content#PromptFeedback',
    from: 'gemini',
    to: 'gemini',
    events: blocked,
    hears: ['"blockReason":"SAFETY"'],
    lacks: ['error'],
  },
  'thinking before a call, for Codex': {
    source: 'ZhiYi-R/moon-bridge#102',
    from: 'responses',
    to: 'messages',
    body: { tools: [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }] },
    events: [
      { type: 'message_start', message },
      ...block(
        0,
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: 'hm' },
        { type: 'signature_delta', signature: 'sig' },
      ),
      ...block(
        1,
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} },
        { type: 'input_json_delta', partial_json: '{"a":1}' },
      ),
      ...stopped('tool_use'),
    ],
    hears: [
      'event: response.output_item.added',
      'event: response.reasoning_summary_part.added',
      'event: response.reasoning_summary_text.delta',
      'event: response.reasoning_summary_text.done',
      'event: response.reasoning_summary_part.done',
      'event: response.output_item.done',
      '"encrypted_content":"qwenctl.1.',
      'event: response.function_call_arguments.delta',
      'event: response.function_call_arguments.done',
      '"output_tokens":7',
    ],
  },
  'a call of a custom tool, for chat completions': {
    source: 'https://platform.openai.com/docs/guides/function-calling#custom-tools',
    from: 'chat',
    to: 'responses',
    body: { tools: [custom] },
    events: [
      { type: 'response.created', response },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_1', delta: '*** Be' },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_1', delta: 'gin' },
      { type: 'response.custom_tool_call_input.done', output_index: 0, item_id: 'ctc_1', input: '*** Begin' },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, input: '*** Begin' } },
      {
        type: 'response.completed',
        response: { ...response, status: 'completed', output: [{ ...item, input: '*** Begin' }] },
      },
    ],
    hears: [
      '"type":"custom"',
      '"name":"patch"',
      '"input":"*** Be"',
      '"input":"gin"',
      '"finish_reason":"tool_calls"',
    ],
  },
  'a refusal in mid-stream, for chat completions': {
    source:
      'https://platform.claude.com/docs/en/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals',
    from: 'chat',
    to: 'messages',
    events: [
      { type: 'message_start', message },
      ...block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'I ' }),
      ...stopped('refusal'),
    ],
    hears: ['"content":"I "', '"finish_reason":"content_filter"', '[DONE]'],
  },
  'tokens of thinking and of a cache, for Gemini': {
    source: 'https://platform.openai.com/docs/api-reference/chat-streaming',
    from: 'gemini',
    to: 'chat',
    events: [
      said({ role: 'assistant', content: 'a' }),
      said({}, 'stop'),
      {
        id: 'c',
        model: 'm1',
        choices: [],
        usage: {
          prompt_tokens: 5,
          completion_tokens: 9,
          total_tokens: 14,
          prompt_tokens_details: { cached_tokens: 2 },
          completion_tokens_details: { reasoning_tokens: 4 },
        },
      },
    ],
    hears: ['"text":"a"', '"finishReason":"STOP"', '"thoughtsTokenCount":4'],
    lacks: ['[DONE]'],
  },
  'thinking of Mistral in parts, for Messages': {
    source: 'https://docs.mistral.ai/capabilities/reasoning',
    from: 'messages',
    to: 'chat',
    events: [
      said({ role: 'assistant', content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      said({ content: 'a' }),
      said({}, 'stop'),
    ],
    hears: ['"thinking":"hm"', 'content_block_stop', '"text":"a"', '"stop_reason":"end_turn"'],
  },
  'parallel calls whose ids repeat, for Messages': {
    source: 'sgl-project/sglang#26773 (kind): ids of calls',
    from: 'messages',
    to: 'chat',
    body: { tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }] },
    events: [
      said({
        tool_calls: [
          { index: 0, id: 'call_0', type: 'function', function: { name: 'look', arguments: '{}' } },
        ],
      }),
      said({
        tool_calls: [
          { index: 1, id: 'call_0', type: 'function', function: { name: 'look', arguments: '{}' } },
        ],
      }),
      said({}, 'tool_calls'),
    ],
    hears: ['"index":0', '"tool_use"', '"index":1', '"tool_use"', '"stop_reason":"tool_use"'],
  },
}

test.each(Object.entries(situations))('%s', async (_, situation) => {
  const text = await listen(situation)
  let rest = text
  for (const part of situation.hears) {
    expect(rest, text).toContain(part)
    rest = rest.slice(rest.indexOf(part) + part.length)
  }
  for (const part of situation.lacks ?? []) expect(text).not.toContain(part)
})
