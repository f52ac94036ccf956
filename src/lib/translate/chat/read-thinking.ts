import { isGiven, isObject, numberAt, textAt, type Json } from '../json-fields.ts'
import type { Thinking } from '../neutral/request.ts'

/**
 * Reads how much the model thinks. Clients of chat completions say it in the words of their service: `reasoning_effort`
 * (OpenAI), `reasoning` (OpenRouter), `thinking` (DeepSeek, GLM, and Anthropic's OpenAI-compatible clients),
 * `enable_thinking` and `thinking_budget` (DashScope), `chat_template_kwargs` (vLLM). Some send two of them: DeepSeek's
 * own form is `thinking` with an effort (https://api-docs.deepseek.com/guides/thinking_mode, 2026-11).
 */
export function readChatThinking(body: Json): Thinking {
  const own = objectOrNone(body.thinking)
  const reasoning = objectOrNone(body.reasoning)
  const isEnabled = body.enable_thinking ?? objectOrNone(body.chat_template_kwargs).enable_thinking
  const effort = body.reasoning_effort ?? reasoning.effort
  const budget = readBudget(own, reasoning, body)
  const isOff = own.type === 'disabled' || reasoning.enabled === false || isEnabled === false
  const isOn = own.type === 'enabled' || reasoning.enabled === true || isEnabled === true
  const isNamed = isGiven(effort) || budget !== null
  return {
    effort: isOff ? 'none' : isGiven(effort) ? textAt(effort, 'reasoning_effort') : null,
    budget: isOff ? null : budget,
    isAdaptive: own.type === 'adaptive' || (isOn && !isOff && !isNamed),
    isOffByDefault: false,
    isShown: reasoning.exclude !== true,
    isAskedFor: isObject(body.reasoning) && !isOff && reasoning.exclude !== true,
    field: findField(own, effort, isEnabled),
  }
}

/** The field that says the wish, for messages about it. */
function findField(own: Json, effort: unknown, isEnabled: unknown): string {
  if (isGiven(effort)) return 'reasoning_effort'
  if (isGiven(own.type)) return 'thinking'
  return isGiven(isEnabled) ? 'enable_thinking' : 'reasoning_effort'
}

function readBudget(own: Json, reasoning: Json, { thinking_budget }: Json): number | null {
  return (
    numberAt(own.budget_tokens, 'thinking.budget_tokens') ??
    numberAt(reasoning.max_tokens, 'reasoning.max_tokens') ??
    numberAt(thinking_budget, 'thinking_budget')
  )
}

function objectOrNone(value: unknown): Json {
  return isObject(value) ? value : {}
}
