import { defineProvider } from '../define-provider.ts'
import { familyOf } from '../model-families.ts'
import type { OutcomeRow } from '../outcome-table.ts'

/**
 * https://console.groq.com/docs/rate-limits. Limits are per organisation and model; the message alone names the window,
 * since some windows are in no header.
 */
export const groqOutcomes: readonly OutcomeRow[] = [
  // One request larger than a minute's tokens: it fits nowhere, whatever its code says.
  { status: 413, class: 'bad-request' },
  { status: 429, message: /\((TPD|RPD)\)|\bper day\b/i, class: 'quota-window', scope: 'model' },
  { status: 429, class: 'rate-short' },
  // Flex capacity is used up.
  { status: 498, class: 'overloaded' },
]

/** Open weights, mostly written `maker/model`; the closed families are never there. */
function serves(model: string): boolean | null {
  if (model.startsWith('groq/')) return true
  const family = familyOf(model)
  const closed = family !== null && ['gpt', 'claude', 'gemini', 'grok', 'sandbox'].includes(family)
  // The one exception has its maker's plain name.
  return closed && !model.startsWith('whisper-') ? false : null
}

export const groq = defineProvider({
  id: 'groq',
  label: 'Groq',
  keysUrl: 'https://console.groq.com/keys',
  keyVariables: ['GROQ_API_KEY'],
  keyPattern: /^gsk_\w{16,}$/,
  endpoints: [{ id: 'global', label: 'Groq', openai: 'https://api.groq.com/openai/v1' }],
  outcomes: groqOutcomes,
  serves,
})
