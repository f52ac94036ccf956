import type { Usage } from '../../../../../src/lib/provider/provider.ts'

const chunk = (rest: object) => {
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_764_000_000,
    model: 'qwen3-coder-plus',
  }
  return `data: ${JSON.stringify({ ...head, ...rest })}\n\n`
}
const choice = (delta: object, finish_reason: string | null = null) => [{ index: 0, delta, finish_reason }]

/** A chat completion of a service that was asked for usage. The usage chunk is the last but one. */
export const chatStream = [
  chunk({ choices: choice({ role: 'assistant', content: '' }), usage: null }),
  chunk({ choices: choice({ content: 'Grüße, 世界 ' }), usage: null }),
  ': keep-alive\n\n',
  chunk({ choices: choice({ content: '😀\n"quoted"' }), usage: null }),
  chunk({ choices: choice({}, 'stop'), usage: null }),
  chunk({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } }),
  'data: [DONE]\n\n',
]

const named = (type: string, rest: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`

export const anthropicStream = [
  named('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 25, output_tokens: 1 },
    },
  }),
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  named('ping'),
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Grüße 😀' } }),
  named('content_block_stop', { index: 0 }),
  named('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 15 },
  }),
  named('message_stop'),
]

export const responsesStream = [
  named('response.created', {
    sequence_number: 0,
    response: { id: 'resp_1', status: 'in_progress', error: null, usage: null },
  }),
  named('response.output_text.delta', {
    sequence_number: 1,
    item_id: 'i',
    output_index: 0,
    content_index: 0,
    delta: 'Hi',
  }),
  named('response.completed', {
    sequence_number: 2,
    response: {
      id: 'resp_1',
      status: 'completed',
      error: null,
      output: [],
      usage: { input_tokens: 11, output_tokens: 4 },
    },
  }),
]

interface AnyUsage {
  prompt_tokens?: number
  completion_tokens?: number
  input_tokens?: number
  output_tokens?: number
}

/** Usage as the formats above carry it. */
export function readUsage(data: unknown): Usage {
  const frame = data as { usage?: AnyUsage; message?: { usage?: AnyUsage }; response?: { usage?: AnyUsage } }
  const usage = frame.usage ?? frame.message?.usage ?? frame.response?.usage
  return {
    inputTokens: usage?.prompt_tokens ?? usage?.input_tokens ?? null,
    outputTokens: usage?.completion_tokens ?? usage?.output_tokens ?? null,
    costUsd: null,
  }
}
