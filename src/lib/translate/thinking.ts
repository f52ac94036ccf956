// How much a model thinks. Anthropic takes a budget of tokens, or an effort for models that decide themselves; chat
// completions take an effort.

import type { Habits } from './habits.ts'
import { refuse, type Json } from './json-fields.ts'

/** Anthropic's smallest budget. */
const LEAST_BUDGET = 1024

const budgets: Readonly<Record<string, number>> = {
  minimal: LEAST_BUDGET,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000,
}

/** The effort with the largest budget up to this one, at least `low`. */
function chooseEffort(budget: number): string {
  if (budget >= 16_384) return 'high'
  return budget >= 8192 ? 'medium' : 'low'
}

/** The fields of a chat completion that request the thinking of a Messages request. */
export function askOpenAiToThink(thinking: Json | null, effort: string | null, habits: Habits): Json {
  if (habits.thinking === 'none') return {}
  const type = thinking?.type ?? null
  const budget = typeof thinking?.budget_tokens === 'number' ? thinking.budget_tokens : LEAST_BUDGET
  if (habits.thinking === 'enable_thinking') {
    if (type === 'enabled') return { enable_thinking: true, thinking_budget: budget }
    return type === null ? {} : { enable_thinking: type === 'adaptive' }
  }
  if (type === 'disabled') return {}
  if (effort !== null) return { reasoning_effort: effort }
  return type === 'enabled' ? { reasoning_effort: chooseEffort(budget) } : {}
}

/** The fields of a Messages request that request the effort of a chat completion. */
export function askAnthropicToThink(effort: string, model: string, maxTokens: number): Json {
  if (effort === 'none') return { thinking: { type: 'disabled' } }
  const wanted = Object.hasOwn(budgets, effort) ? budgets[effort] : undefined
  if (wanted === undefined)
    refuse('reasoning_effort', `it is none of none, ${Object.keys(budgets).join(', ')}`)
  if (decidesItself(model)) {
    return {
      thinking: { type: 'adaptive' },
      output_config: { effort: effort === 'minimal' ? 'low' : effort },
    }
  }
  if (maxTokens <= LEAST_BUDGET) {
    refuse(
      'reasoning_effort',
      `thinking takes ${LEAST_BUDGET} tokens at least, and max_tokens is ${maxTokens}`,
    )
  }
  // Half of the tokens stay for the answer, as far as Anthropic's smallest budget allows.
  const budget_tokens = Math.max(LEAST_BUDGET, Math.min(wanted, Math.floor(maxTokens / 2)))
  return { thinking: { type: 'enabled', budget_tokens } }
}

/** Claude models from 4.6 on take adaptive thinking; the earlier ones, and other services' models, take a budget alone. */
function decidesItself(model: string): boolean {
  return /(?:^|\/)claude-/.test(model) && !BUDGET_MODELS.test(model)
}

const BUDGET_MODELS = /claude-(?:[0-3]\b|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-\d{8}|-latest)?$)/
