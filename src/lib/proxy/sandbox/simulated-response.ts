import { PIECES, TEXT, WORDS, writeEvent, now } from './simulated.ts'
import type { Ask, SimulatedRoute } from './simulated.ts'

/** `POST /responses`. */
export const simulatedResponse: SimulatedRoute = { whole: (ask) => response(ask, 'completed'), frames }

const ITEM = 'msg_sandbox'
const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
const item = (status: string, content: object[]) => ({
  id: ITEM,
  type: 'message',
  role: 'assistant',
  status,
  content,
})

function response({ model, inputTokens }: Ask, status: 'in_progress' | 'completed'): object {
  const isOver = status === 'completed'
  return {
    id: 'resp_sandbox',
    object: 'response',
    created_at: now(),
    status,
    model,
    error: null,
    incomplete_details: null,
    output: isOver ? [item(status, [part(TEXT)])] : [],
    usage: isOver
      ? {
          input_tokens: inputTokens,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: WORDS.length,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: inputTokens + WORDS.length,
        }
      : null,
  }
}

/** The events of OpenAI's Responses API, in order and numbered, for one message of text. */
function* frames(ask: Ask): Generator<string> {
  let sequence_number = 0
  const next = (type: string, data: object) =>
    writeEvent(type, { sequence_number: sequence_number++, ...data })
  const place = { item_id: ITEM, output_index: 0, content_index: 0 }
  yield next('response.created', { response: response(ask, 'in_progress') })
  yield next('response.in_progress', { response: response(ask, 'in_progress') })
  yield next('response.output_item.added', { output_index: 0, item: item('in_progress', []) })
  yield next('response.content_part.added', { ...place, part: part('') })
  for (const delta of PIECES) yield next('response.output_text.delta', { ...place, delta, logprobs: [] })
  yield next('response.output_text.done', { ...place, text: TEXT, logprobs: [] })
  yield next('response.content_part.done', { ...place, part: part(TEXT) })
  yield next('response.output_item.done', { output_index: 0, item: item('completed', [part(TEXT)]) })
  yield next('response.completed', { response: response(ask, 'completed') })
}
