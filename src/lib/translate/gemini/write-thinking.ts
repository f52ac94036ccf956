import type { Json } from '../json-fields.ts'
import type { Thinking } from '../neutral/request.ts'
import { budgetFor } from '../thinking.ts'

/** The budgets that a model takes. `canBeOff`: 0 turns its thinking off. */
interface Budgets {
  pattern: RegExp
  least: number
  most: number
  canBeOff: boolean
}

// https://ai.google.dev/gemini-api/docs/thinking (2026-11). Of the later models, the names of some are not known yet.
// None of them turns its thinking off (https://github.com/router-for-me/CLIProxyAPI/issues/282).
const rows: readonly Budgets[] = [
  { pattern: /gemini-2\.5-flash-lite/, least: 512, most: 24_576, canBeOff: true },
  { pattern: /gemini-2\.5-flash/, least: 1, most: 24_576, canBeOff: true },
  { pattern: /gemini-[0-9.]+-flash/, least: 128, most: 24_576, canBeOff: false },
  { pattern: /gemini-(?:[0-9.]+-)?pro/, least: 128, most: 32_768, canBeOff: false },
]
const anyBudget = { least: 1, most: Infinity, canBeOff: true }

/** Writes how much a Gemini model thinks. A budget of -1 leaves it to the model. */
export function writeGeminiThinking(thinking: Thinking, model: string): Json {
  const { effort, budget, isAdaptive, isShown, field } = thinking
  const { least, most, canBeOff } = rows.find(({ pattern }) => pattern.test(model)) ?? anyBudget
  if (effort === 'none') {
    // Anthropic's `disabled` is its default, and no wish.
    return field === 'thinking' ? {} : { thinkingConfig: { thinkingBudget: canBeOff ? 0 : least } }
  }
  if (effort === null && budget === null && !isAdaptive) return {}
  const wanted = budget ?? budgetFor(effort)
  const thinkingBudget = wanted === null || isAdaptive ? -1 : Math.min(Math.max(wanted, least), most)
  return { thinkingConfig: { includeThoughts: isShown, thinkingBudget } }
}
