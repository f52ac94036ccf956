import { isRecord } from '../../base/is-record.ts'
import type { Usage } from '../provider.ts'
import { readCost, readUsageFields } from './usage-fields.ts'
import { readUsageElsewhere } from './usage-places.ts'

export const unknownUsage: Usage = Object.freeze({ inputTokens: null, outputTokens: null, costUsd: null })

/**
 * Tokens from a whole JSON answer or one stream frame, in any place and form that `usage-places.ts` lists. Input
 * tokens include those of a cache. Null: unknown; 0 only when the provider said 0.
 */
export function readUsage(body: unknown): Usage {
  if (isRecord(body) && isRecord(body.usage)) {
    const found = readUsageFields(body.usage)
    if (found !== null) return found
  }
  return readUsageElsewhere(body) ?? unknownUsage
}

/** `readUsage` for services with `usage.cost` in US dollars (OpenRouter). */
export function readUsageWithCost(body: unknown): Usage {
  const usage = isRecord(body) && isRecord(body.usage) ? body.usage : null
  const costUsd = usage === null ? null : readCost(usage)
  const found = readUsage(body)
  return costUsd === null ? found : { ...found, costUsd }
}

/** The plain counts of the member `usage`; any other fact there is in `usage-fields.ts`. */
export const usageNames = [
  'prompt_tokens',
  'input_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'completion_tokens',
  'output_tokens',
  'total_tokens',
  'cost',
] as const

/** Whether a provider's reader uses the member `usage` alone, so that the rest of an answer need not be parsed. */
export function readsUsageMember(provider: { usage: (body: unknown) => Usage }): boolean {
  return usageMemberReaders.has(provider.usage)
}

const usageMemberReaders: ReadonlySet<(body: unknown) => Usage> = new Set([readUsage, readUsageWithCost])

/**
 * Combines the usage of two frames of one stream. Counts in a stream only grow, and some services later repeat a
 * field as 0. The larger value is therefore right. A bare total of one frame contains the parts of the other.
 */
export function mergeUsage(before: Usage, next: Usage): Usage {
  const inputTokens = larger(before.inputTokens, next.inputTokens)
  const merged: Usage = {
    inputTokens,
    outputTokens: larger(outputBeside(before, inputTokens), outputBeside(next, inputTokens)),
    costUsd: larger(before.costUsd, next.costUsd),
  }
  if (inputTokens === null && [before, next].some((one) => isTotalOf(merged, one))) merged.isTotal = true
  for (const part of usageParts) {
    const tokens = Math.max(before[part] ?? 0, next[part] ?? 0)
    if (tokens > 0) merged[part] = tokens
  }
  return merged
}

function isTotalOf(merged: Usage, one: Usage): boolean {
  return one.isTotal === true && one.outputTokens === merged.outputTokens
}

/** The output tokens of one frame, if its stream has this input. */
function outputBeside({ outputTokens, isTotal }: Usage, inputTokens: number | null): number | null {
  if (isTotal !== true || inputTokens === null || outputTokens === null) return outputTokens
  return outputTokens > inputTokens ? outputTokens - inputTokens : null
}

/** The parts of a usage that have prices of their own. */
export const usageParts = [
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWriteHourTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'webSearches',
] as const

function larger(a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : Math.max(a, b)
}
