import { PIECES, TEXT, WORDS, now } from './simulated.ts'
import type { Ask, SimulatedRoute } from './simulated.ts'

/** `POST /chat/completions`. */
export const simulatedChat: SimulatedRoute = { whole, frames }

function whole(ask: Ask): object {
  return {
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    created: now(),
    model: ask.model,
    choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
    usage: buildUsage(ask),
  }
}

function* frames(ask: Ask): Generator<string> {
  const base = { id: 'chatcmpl-sandbox', object: 'chat.completion.chunk', created: now(), model: ask.model }
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason }] })}\n\n`
  yield chunk({ role: 'assistant', content: '' }, null)
  for (const content of PIECES) yield chunk({ content }, null)
  yield chunk({}, 'stop')
  if (ask.wantsUsage) yield `data: ${JSON.stringify({ ...base, choices: [], usage: buildUsage(ask) })}\n\n`
  yield 'data: [DONE]\n\n'
}

function buildUsage({ inputTokens }: Ask): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: WORDS.length,
    total_tokens: inputTokens + WORDS.length,
  }
}
