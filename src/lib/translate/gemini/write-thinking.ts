import type { Json } from '../json-fields.ts'
import type { Thinking } from '../neutral/request.ts'
import { nearestEffort } from '../efforts.ts'
import { budgetFor, wantedEffort } from '../thinking.ts'

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

/** The levels that a model takes, from Gemini 3 on. It takes budgets only for compatibility, and thinks less by them. */
interface Levels {
  pattern: RegExp
  levels: readonly string[]
}

// https://ai.google.dev/gemini-api/docs/thinking and https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thinking
// (2026-11).
const levelRows: readonly Levels[] = [
  { pattern: /gemini-3-pro/, levels: ['low', 'high'] },
  { pattern: /gemini-(?:[3-9]|\d{2,})[.\d]*-pro/, levels: ['low', 'medium', 'high'] },
  { pattern: /gemini-3(?:\.[0-6])?-flash/, levels: ['minimal', 'low', 'medium', 'high'] },
  { pattern: /gemini-(?:[3-9]|\d{2,})[.\d]*-flash/, levels: ['low', 'medium', 'high'] },
]

/** Writes how much a Gemini model thinks. `leaveOut` names an effort that has no counterpart. */
export function writeGeminiThinking(
  thinking: Thinking,
  model: string,
  leaveOut: (field: string) => void,
): Json {
  const { effort, isAdaptive, isShown } = thinking
  const wanted = wantedEffort(thinking)
  if (wanted === null && !isAdaptive) return {}
  const isUnknown = effort !== null && effort !== 'none' && budgetFor(effort) === null
  if (isUnknown) leaveOut(thinking.field)
  const known = levelRows.find(({ pattern }) => pattern.test(model))
  if (known === undefined) return writeBudget(thinking, model)
  // Groq's `default` has a rank among the efforts, but no level: the model decides.
  const level = wanted === null || isUnknown ? null : nearestEffort(wanted, known.levels)
  const shown = wanted === 'none' ? {} : { includeThoughts: isShown }
  return { thinkingConfig: { ...shown, ...(level === null ? {} : { thinkingLevel: level }) } }
}

/** A budget of -1 leaves it to the model. */
function writeBudget({ effort, budget, isAdaptive, isShown }: Thinking, model: string): Json {
  const { least, most, canBeOff } = rows.find(({ pattern }) => pattern.test(model)) ?? anyBudget
  if (effort === 'none') return { thinkingConfig: { thinkingBudget: canBeOff ? 0 : least } }
  const wanted = budget ?? budgetFor(effort)
  const thinkingBudget = wanted === null || isAdaptive ? -1 : Math.min(Math.max(wanted, least), most)
  return { thinkingConfig: { includeThoughts: isShown, thinkingBudget } }
}
