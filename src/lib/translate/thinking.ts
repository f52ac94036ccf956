// How much a model thinks. Anthropic takes a budget of tokens, or an effort for models that decide themselves; chat
// completions and Responses take an effort.

import { findEfforts, nearestEffort, thinksUnasked } from './efforts.ts'
import { findHabits, type Habits } from './habits.ts'
import type { Json } from './json-fields.ts'
import type { NeutralRequest, Thinking } from './neutral/request.ts'

/** Anthropic's smallest budget. */
export const LEAST_BUDGET = 1024

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

/**
 * The effort that a client asks for; null: none. Off is the default of Messages, so there it is no wish.
 */
export function wantedEffort({ effort, budget, isAdaptive, isOffByDefault }: Thinking): string | null {
  if (effort === 'none') return isOffByDefault ? null : 'none'
  if (effort !== null) return effort
  return budget === null || isAdaptive ? null : chooseEffort(budget)
}

/** The effort as this model takes it; null: none is asked for, or it takes none. */
export function fitEffort(thinking: Thinking, model: string, provider: string): string | null {
  const wanted = wantedEffort(thinking)
  if (wanted === null) return null
  const efforts = findEfforts(provider, model)
  if (efforts !== null) return nearestEffort(wanted, efforts)
  return clampEffort(wanted, findHabits(provider).mostEffort)
}

/** Whether a wish is lost when no effort is sent. A model that does not think has no thinking to turn off. */
export function losesWish(thinking: Thinking, model: string, provider: string): boolean {
  const wanted = wantedEffort(thinking)
  return wanted !== null && (wanted !== 'none' || thinksUnasked(provider, model))
}

/** The fields of a chat completion that request this thinking. `leaveOut` names a wish that the model cannot fulfil. */
export function askChatToThink(
  thinking: Thinking,
  model: string,
  provider: string,
  leaveOut: (field: string) => void,
): Json {
  const habits = findHabits(provider)
  if (habits.thinking === 'enable_thinking') return enableThinking(thinking, leaveOut)
  if (habits.thinking === 'thinking') return switchThinking(thinking, model, provider, leaveOut)
  const effort = fitEffort(thinking, model, provider)
  if (effort !== null) return { reasoning_effort: effort }
  if (losesWish(thinking, model, provider)) leaveOut(thinking.field)
  return {}
}

/** Z.ai and DeepSeek switch thinking on and off. DeepSeek takes an effort beside, and so do later models of Z.ai. */
function switchThinking(
  thinking: Thinking,
  model: string,
  provider: string,
  leaveOut: (field: string) => void,
): Json {
  const wanted = wantedEffort(thinking)
  const efforts = findEfforts(provider, model)
  const isOff = wanted === 'none' && (efforts === null || efforts.includes('none'))
  if (isOff) return { thinking: { type: 'disabled' } }
  if (wanted === null) return thinking.isAdaptive ? { thinking: { type: 'enabled' } } : {}
  const taken = efforts === null ? takenBeside(wanted, provider) : nearestEffort(wanted, efforts)
  // A budget asks for thinking alone, and that is fulfilled.
  if (taken === null && thinking.effort !== null) leaveOut(thinking.field)
  return { thinking: { type: 'enabled' }, ...(taken === null ? {} : { reasoning_effort: taken }) }
}

function takenBeside(effort: string, provider: string): string | null {
  return findHabits(provider).takesEffortBeside ? effort : null
}

function enableThinking(
  { effort, budget, isAdaptive, field }: Thinking,
  leaveOut: (field: string) => void,
): Json {
  if (effort === 'none') return { enable_thinking: false }
  if (budget !== null) return { enable_thinking: true, thinking_budget: budget }
  if (isAdaptive) return { enable_thinking: true }
  if (effort === null) return {}
  const known = budgetFor(effort)
  if (known !== null) return { enable_thinking: true, thinking_budget: known }
  leaveOut(field)
  return { enable_thinking: true }
}

function clampEffort(effort: string, mostEffort: Habits['mostEffort']): string {
  if (effort === 'max' || effort === 'xhigh') return mostEffort
  return effort
}

/** Models that think take 1 alone, which is the default of all. */
export function writeSampling(
  { temperature, topP }: Pick<NeutralRequest, 'temperature' | 'topP'>,
  isFixed: boolean,
  leaveOut: (field: string) => void,
): Json {
  if (!isFixed)
    return {
      ...(temperature === null ? {} : { temperature }),
      ...(topP === null ? {} : { top_p: topP }),
    }
  if (temperature !== null && temperature !== 1) leaveOut('temperature')
  if (topP !== null && topP !== 1) leaveOut('top_p')
  return {}
}

/**
 * The fields of a Messages request that request this thinking; none for an unknown effort alone. `maxTokens`: of the
 * whole answer.
 */
export function askAnthropicToThink(thinking: Thinking, model: string, maxTokens: number): Json {
  const { effort, budget, isAdaptive } = thinking
  if (effort === 'none') return { thinking: { type: 'disabled' } }
  const wanted = budget ?? budgetFor(effort)
  if (wanted === null && !isAdaptive) return {}
  if (decidesItself(model)) {
    const named = budgetFor(effort) === null ? (budget === null ? null : chooseEffort(budget)) : effort
    return {
      thinking: { type: 'adaptive', ...writeDisplay(thinking, model) },
      ...(named === null ? {} : { output_config: { effort: named === 'minimal' ? 'low' : named } }),
    }
  }
  // A budget needs room for itself and an answer.
  if (maxTokens <= LEAST_BUDGET) return {}
  // Half of the tokens stay for the answer, as far as Anthropic's smallest budget allows.
  const budget_tokens = Math.max(LEAST_BUDGET, Math.min(wanted ?? budgets.medium!, Math.floor(maxTokens / 2)))
  return { thinking: { type: 'enabled', budget_tokens } }
}

/**
 * From 4.7 on, Claude shows what it thinks only on request
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking and
 * https://github.com/docker/docker-agent/pull/3415, 2026-11). Earlier models show it by default.
 */
function writeDisplay({ isShown }: Thinking, model: string): Json {
  return isShown && samplesItself(model) ? { display: 'summarized' } : {}
}

/** The budget of an effort; null: none is known. */
export function budgetFor(effort: string | null): number | null {
  return effort !== null && Object.hasOwn(budgets, effort) ? budgets[effort]! : null
}

/** Claude models from 4.6 on take adaptive thinking; the earlier ones, and other services' models, take a budget alone. */
export function decidesItself(model: string): boolean {
  return isClaudeAfter(5, model)
}

/**
 * Claude models from 4.7 on refuse temperature, top_p and top_k
 * (https://platform.claude.com/docs/en/about-claude/models/migration-guide, 2026-11).
 */
export function samplesItself(model: string): boolean {
  return isClaudeAfter(6, model)
}

/**
 * The version in the name of a Claude model. It comes after the family or before it, and a date or other marks may
 * follow: `claude-opus-4-5-20251101`, `claude-4.5-sonnet`, `claude-sonnet-4@20250514`, `claude-opus-4-6[1m]`,
 * `anthropic.claude-sonnet-4-5-20250929-v1:0`
 * (https://platform.claude.com/docs/en/about-claude/models/overview and https://openrouter.ai/models, 2026-11).
 */
const CLAUDE = /(?:^|[/.])claude-(?:(?:[a-z]+-)*v?(\d{1,2})(?:[-.](\d{1,2}))?(?![\da-z]))?/i

/** Whether a Claude model is later than 4.`minor`. A name without a version is that of a new model. */
function isClaudeAfter(minor: number, model: string): boolean {
  const found = CLAUDE.exec(model)
  if (found === null) return false
  const [, first, second = '0'] = found
  if (first === undefined) return true
  return Number(first) > 4 || (Number(first) === 4 && Number(second) > minor)
}
