// Limits in response headers. An unreadable header counts as absent.

import { LONGEST_WINDOW_MS, type Metric } from '../../quota/limit.ts'
import { OBSERVED, type LearnedLimit } from './learned-limit.ts'
import type { HeaderLookup } from '../provider.ts'
import { parseResetTime } from './reset-time.ts'

/** A single limit and its headers, lower case. */
export interface LimitHeaders {
  metric: Metric | null
  window: string
  scope: LearnedLimit['scope']
  limit?: string
  remaining?: string
  reset?: string
  /** See `LearnedLimit.refillsGradually`. */
  refillsGradually?: true
  /**
   * The usual windows of a bucket: what was used comes back evenly. The numbers show which one it is. If none fits,
   * a row with a window of its own believes the numbers.
   */
  refillsIn?: readonly ('minute' | 'day')[]
}

/** The limits in the headers, one for each row with a value. */
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
  const resetsAt = parseResetTime(read(row.reset), now)
  return {
    metric: row.metric,
    window:
      refillWindow(row, { max, left, resetsAt }, now) ??
      (row.window === OBSERVED ? (window ?? OBSERVED) : row.window),
    max,
    remaining: left,
    resetsAt,
    ...(row.refillsGradually === true ? { refillsGradually: true } : {}),
    scope: row.scope,
    from: (max === null ? row.remaining : row.limit) ?? '',
  }
}

/** The numbers of a bucket are exact but for the rounding of the time. */
const ROUNDING = 0.25
const lengthMs = { minute: 60_000, day: 86_400_000 } as const

/** The window in which a bucket refills, from the time until the used part is back; null: its numbers show none. */
function refillWindow(
  { refillsIn, window }: LimitHeaders,
  { max, left, resetsAt }: { max: number | null; left: number | null; resetsAt: number | null },
  now: number,
): string | null {
  if (refillsIn === undefined || max === null || left === null || left >= max || resetsAt === null)
    return null
  const length = ((resetsAt - now) * max) / (max - left)
  const unit = refillsIn.find((name) => Math.abs(length / lengthMs[name] - 1) <= ROUNDING)
  if (unit !== undefined) return `${unit}@refill`
  const seconds = Math.max(1, Math.ceil(Number((length / 1000).toPrecision(2))))
  return window === OBSERVED || seconds * 1000 > lengthMs.day ? null : `${seconds}s@refill`
}

/** `100`, or `100;w=60` and `100, 100;window=60` of the drafts for a standard, which name the window in seconds. */
function limitAndWindow(text: string | undefined): { max: number | null; window: string | null } {
  const plain = count(text)
  if (text === undefined || plain !== null) return { max: plain, window: null }
  const parts = /^(?:(\d{1,15}), *)?(\d{1,15}) *; *(?:w|window) *= *"?(\d{1,8})"?$/.exec(text)
  if (parts === null || (parts[1] !== undefined && parts[1] !== parts[2])) return { max: null, window: null }
  return { max: count(parts[2]), window: formatSeconds(Number(parts[3])) }
}

/** A rolling window of that length, as limits spell it; null: no spelling exists. */
export function formatSeconds(seconds: number): string | null {
  if (seconds === 60) return 'minute'
  if (seconds === 3600) return 'hour'
  if (seconds === 86_400) return 'day@rolling'
  return seconds >= 1 && seconds * 1000 <= LONGEST_WINDOW_MS ? `${seconds}s` : null
}

/** A whole number of units; fractions are cut off. */
export function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Math.floor(Number(text)) : null
}

/** The header names of the rows with relevant changes: limits, and remaining amounts. */
export function namesIn(rows: readonly LimitHeaders[]): string[] {
  return rows.flatMap(({ limit, remaining }) => [limit, remaining]).filter((name) => name !== undefined)
}

/**
 * The headers that OpenAI introduced and most compatible services copied. They apply to a model. The window is not
 * stated: a minute for most, a day for some. https://platform.openai.com/docs/guides/rate-limits: a reset is the
 * time until the full amount is back.
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

/** The other header names, for unknown services. Requests, since no other unit is named. */
const plainLimitHeaders: readonly LimitHeaders[] = ['x-ratelimit', 'ratelimit'].map((prefix) => ({
  metric: 'requests',
  window: OBSERVED,
  scope: 'model',
  limit: `${prefix}-limit`,
  remaining: `${prefix}-remaining`,
  reset: `${prefix}-reset`,
}))

export const genericLimitHeaders: readonly LimitHeaders[] = [...openaiLimitHeaders, ...plainLimitHeaders]
