// Fits a request of an Ollama client to the account. The request is a chat completion already, so an account of that format
// gets it without a translation.

import { findHabits } from '../habits.ts'
import { isThinking, joinThoughts, writeThoughts } from '../chat/write-thoughts.ts'
import { isObject, isText } from '../json-fields.ts'
import { parseJson } from '../json/parse-json.ts'
import { writeJson } from '../json/raw-json.ts'
import { noThinking, type Part, type Thinking } from '../neutral/request.ts'
import { askChatToThink } from '../thinking.ts'

const FIELDS = /"(?:reasoning_(?:effort|content)|top_k)"/

/**
 * Changes the effort to the account's field, and the model's earlier thinking to the form that the account reads. Groq and
 * others refuse `reasoning_content` (https://github.com/janhq/jan/issues/8136, 2026-11), and OpenAI refuses `top_k`.
 * `leaveOut` names a wish that the model cannot fulfil.
 */
export function fitOllamaRequest(text: string, provider: string, leaveOut: (field: string) => void): string {
  const body: unknown = FIELDS.test(text) ? parseJson(text) : null
  if (!isObject(body)) return text
  const { reasoning_effort: effort, messages, top_k: topK, ...rest } = body
  const takesTopK = findHabits(provider).takesTopK
  if (topK !== undefined && !takesTopK) leaveOut('options.top_k')
  const thinking = { ...noThinking, effort: isText(effort) ? effort : null, field: 'think' }
  return writeJson({
    ...rest,
    ...(topK !== undefined && takesTopK ? { top_k: topK } : {}),
    messages: Array.isArray(messages)
      ? fitMessages(messages as unknown[], thinking, { provider, model: String(body.model) })
      : messages,
    ...askChatToThink(thinking, String(body.model), provider, leaveOut),
  })
}

function fitMessages(
  messages: readonly unknown[],
  thinking: Thinking,
  { provider, model }: { provider: string; model: string },
): unknown[] {
  const habits = findHabits(provider)
  const isOn = isThinking(thinking, messages.some(hasThoughts))
  return messages.map((message) => {
    if (!isObject(message) || message.role !== 'assistant') return message
    const { reasoning_content: text, ...rest } = message
    const thoughts: Part[] = isText(text) ? [{ kind: 'thinking', text, seal: null, at: 'thinking' }] : []
    const said = rest.content ?? ''
    const content = typeof said === 'string' ? joinThoughts(thoughts, said, { ...habits, model }) : said
    return { ...rest, ...(content === said ? {} : { content }), ...writeThoughts(thoughts, habits, isOn) }
  })
}

function hasThoughts(message: unknown): boolean {
  return isObject(message) && isText(message.reasoning_content)
}
