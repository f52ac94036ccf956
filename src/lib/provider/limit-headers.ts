// Limits as services write them into response headers. A header that cannot be read is as good as none.

import { LONGEST_WINDOW_MS, type Metric } from '../quota/limit.ts'
import { OBSERVED, type LearnedLimit } from './learned-limit.ts'
import type { HeaderLookup } from './provider.ts'
import { parseResetTime } from './reset-time.ts'

/** One limit and the headers that tell of it, lower case. */
export interface LimitHeaders {
  metric: Metric | null
  window: string
  scope: LearnedLimit['scope']
  limit?: string
  remaining?: string
  reset?: string
  /** See `LearnedLimit.refillsGradually`. */
  refillsGradually?: true
}

/** What the headers say, one limit for each row of which they say anything. */
export function limitsInHeaders(
  rows: readonly LimitHeaders[],
  header: HeaderLookup,
  now: number,
): LearnedLimit[] {
  return rows.map((row) => limitInHeaders(row, header, now)).filter((limit) => limit !== null)
}

function limitInHeaders(row: LimitHeaders, header: HeaderLookup, now: number): LearnedLimit | null {
  const read = (name: string | undefined) => (name === undefined ? undefined : header(name)?.trim())
  const limit = read(row.limit)
  const remaining = read(row.remaining)
  if (limit === undefined && remaining === undefined) return null
  // Azure sends -1 and 0 as limits where it means none, with a remaining 0 beside them.
  if (limit !== undefined && /^-|^0+$/.test(limit)) return null
  const { max, window } = limitAndWindow(limit)
  const left = count(remaining)
  if (max === null && left === null) return null
  return {
    metric: row.metric,
    window: row.window === OBSERVED ? (window ?? OBSERVED) : row.window,
    max,
    remaining: left,
    resetsAt: parseResetTime(read(row.reset), now),
    ...(row.refillsGradually === true ? { refillsGradually: true } : {}),
    scope: row.scope,
    from: (max === null ? row.remaining : row.limit) ?? '',
  }
}

/** `100`, or `100;w=60` and `100, 100;window=60` of the drafts for a standard, which name the window in seconds. */
function limitAndWindow(text: string | undefined): { max: number | null; window: string | null } {
  const plain = count(text)
  if (text === undefined || plain !== null) return { max: plain, window: null }
  const parts = /^(?:(\d{1,15}), *)?(\d{1,15}) *; *(?:w|window) *= *"?(\d{1,8})"?$/.exec(text)
  if (parts === null || (parts[1] !== undefined && parts[1] !== parts[2])) return { max: null, window: null }
  return { max: count(parts[2]), window: windowOfSeconds(Number(parts[3])) }
}

/** A rolling window of that length as limits are written; null: none that can be. */
export function windowOfSeconds(seconds: number): string | null {
  if (seconds === 60) return 'minute'
  if (seconds === 3600) return 'hour'
  if (seconds === 86_400) return 'day@rolling'
  return seconds >= 1 && seconds * 1000 <= LONGEST_WINDOW_MS ? `${seconds}s` : null
}

/** A whole number of something; fractions are cut off. */
export function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Math.floor(Number(text)) : null
}

/** The names of the rows that a change of is worth a look: limits, and what is left of them. */
export function namesIn(rows: readonly LimitHeaders[]): string[] {
  return rows.flatMap(({ limit, remaining }) => [limit, remaining]).filter((name) => name !== undefined)
}

/**
 * What OpenAI introduced and most compatible services copied. They hold for a model; which window they have is not said:
 * it is a minute for most and a day for some.
 * https://platform.openai.com/docs/guides/rate-limits: a reset is the time until all is back.
 */
export const openaiLimitHeaders: readonly LimitHeaders[] = (['requests', 'tokens'] as const).map(
  (metric) => ({
    metric,
    window: OBSERVED,
    scope: 'model',
    limit: `x-ratelimit-limit-${metric}`,
    remaining: `x-ratelimit-remaining-${metric}`,
    reset: `x-ratelimit-reset-${metric}`,
    refillsGradually: true,
  }),
)

/** The other ways to write it, for services of which nothing is known. Requests, since nothing else is named. */
const plainLimitHeaders: readonly LimitHeaders[] = ['x-ratelimit', 'ratelimit'].map((prefix) => ({
  metric: 'requests',
  window: OBSERVED,
  scope: 'model',
  limit: `${prefix}-limit`,
  remaining: `${prefix}-remaining`,
  reset: `${prefix}-reset`,
}))

export const genericLimitHeaders: readonly LimitHeaders[] = [...openaiLimitHeaders, ...plainLimitHeaders]
