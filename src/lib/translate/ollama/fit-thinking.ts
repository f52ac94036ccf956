// Thinking in a request of an Ollama client, as the account takes it. The request is a chat completion already, so an
// account of that format gets it without a translation.

import { findHabits } from '../habits.ts'
import { isObject, isText, type Json } from '../json-fields.ts'
import { parseJson } from '../json/parse-json.ts'
import { writeJson } from '../json/raw-json.ts'
import { noThinking } from '../neutral/request.ts'
import { askChatToThink } from '../thinking.ts'

const FIELDS = /"reasoning_(?:effort|content)"/

/**
 * Changes the effort to the account's field, and the model's earlier thinking to the form that the account reads. Groq and
 * others refuse `reasoning_content` (https://github.com/janhq/jan/issues/8136, 2026-11). `leaveOut` names a wish that
 * the model cannot fulfil.
 */
export function fitOllamaThinking(text: string, provider: string, leaveOut: (field: string) => void): string {
  const body: unknown = FIELDS.test(text) ? parseJson(text) : null
  if (!isObject(body)) return text
  const { reasoning_effort: effort, messages, ...rest } = body
  const thinking = { ...noThinking, effort: isText(effort) ? effort : null, field: 'think' }
  return writeJson({
    ...rest,
    messages: Array.isArray(messages) ? messages.map((message) => fitMessage(message, provider)) : messages,
    ...askChatToThink(thinking, String(body.model), provider, leaveOut),
  })
}

function fitMessage(message: unknown, provider: string): unknown {
  if (!isObject(message) || message.reasoning_content === undefined) return message
  const { reasoning_content: text, ...rest } = message
  return { ...rest, ...writeThoughts(text, findHabits(provider).thinkingBack) }
}

function writeThoughts(text: unknown, field: ReturnType<typeof findHabits>['thinkingBack']): Json {
  if (field === 'none') return {}
  if (field === 'reasoning_content') return { reasoning_content: text }
  return { reasoning_details: [{ type: 'reasoning.text', text, index: 0 }] }
}
