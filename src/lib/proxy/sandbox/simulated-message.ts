import { PIECES, TEXT, WORDS, writeEvent } from './simulated.ts'
import type { Ask, SimulatedRoute } from './simulated.ts'

/** `POST /messages`. */
export const simulatedMessage: SimulatedRoute = { whole, frames }

/** `POST /messages/count_tokens`. */
export const simulatedTokenCount: SimulatedRoute = {
  whole: ({ inputTokens }) => ({ input_tokens: inputTokens }),
  frames: null,
}

function whole({ model, inputTokens }: Ask): object {
  return {
    id: 'msg_sandbox',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: TEXT }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: inputTokens, output_tokens: WORDS.length },
  }
}

function* frames(ask: Ask): Generator<string> {
  const usage = { input_tokens: ask.inputTokens, output_tokens: 0 }
  yield writeEvent('message_start', { message: { ...whole(ask), content: [], stop_reason: null, usage } })
  yield writeEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  for (const text of PIECES)
    yield writeEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
  yield writeEvent('content_block_stop', { index: 0 })
  const delta = { stop_reason: 'end_turn', stop_sequence: null }
  yield writeEvent('message_delta', { delta, usage: { output_tokens: WORDS.length } })
  yield writeEvent('message_stop', {})
}
