import { isObject, type JsonObject } from '../failures/read-error.ts'
import type { Usage } from '../provider.ts'

export const unknownUsage: Usage = Object.freeze({ inputTokens: null, outputTokens: null, costUsd: null })

/**
 * Tokens from a whole JSON answer or one stream frame, in either dialect and of the Responses API. Input tokens
 * include those from a cache: OpenAI includes them, Anthropic counts them beside. Null: unknown; 0 only when the
 * provider said 0.
 */
export function readUsage(body: unknown): Usage {
  const usage = usageObject(body)
  if (usage === null) return unknownUsage
  return { inputTokens: inputTokens(usage), outputTokens: outputTokens(usage), costUsd: null }
}

/** `readUsage` for services with `usage.cost` as a number of US dollars (OpenRouter). */
export function readUsageWithCost(body: unknown): Usage {
  const cost = usageObject(body)?.cost
  const costUsd = typeof cost === 'number' && Number.isFinite(cost) && cost >= 0 ? cost : null
  return { ...readUsage(body), costUsd }
}

/** All fields of the member `usage` that these readers use. */
export const usageNames = [
  'prompt_tokens',
  'input_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'completion_tokens',
  'output_tokens',
  'cost',
] as const

/** Whether a provider's reader uses the member `usage` alone, so that the rest of an answer need not be parsed. */
export function readsUsageMember(provider: { usage: (body: unknown) => Usage }): boolean {
  return usageMemberReaders.has(provider.usage)
}

const usageMemberReaders: ReadonlySet<(body: unknown) => Usage> = new Set([readUsage, readUsageWithCost])

/**
 * Combines the usage of two frames of one stream. Counts in a stream only grow, and some services later repeat a
 * field as 0. The larger value is therefore right.
 */
export function mergeUsage(before: Usage, next: Usage): Usage {
  return {
    inputTokens: larger(before.inputTokens, next.inputTokens),
    outputTokens: larger(before.outputTokens, next.outputTokens),
    costUsd: larger(before.costUsd, next.costUsd),
  }
}

/** At the top of a body or chunk, in Anthropic's `message_start`, or in an event of the Responses API. */
function usageObject(body: unknown): JsonObject | null {
  if (!isObject(body)) return null
  if (isObject(body.usage)) return body.usage
  for (const holder of [body.message, body.response]) {
    if (isObject(holder) && isObject(holder.usage)) return holder.usage
  }
  return null
}

function inputTokens(usage: JsonObject): number | null {
  const whole = count(usage.prompt_tokens)
  // OpenAI-compatible services that echo Anthropic's names next to `prompt_tokens` have already included the cache.
  if (whole !== null) return whole
  const said = count(usage.input_tokens)
  const created = count(usage.cache_creation_input_tokens)
  const read = count(usage.cache_read_input_tokens)
  return created === null && read === null ? said : (said ?? 0) + (created ?? 0) + (read ?? 0)
}

function outputTokens(usage: JsonObject): number | null {
  return count(usage.completion_tokens) ?? count(usage.output_tokens)
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : Math.max(a, b)
}
