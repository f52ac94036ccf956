import type { Metric } from '../../quota/limit.ts'
import { OBSERVED, type LearnedLimit } from './learned-limit.ts'
import type { HeaderLookup } from '../provider.ts'
import { readError } from '../failures/read-error.ts'
import { resetInText } from './reset-words.ts'

const LONGEST_MESSAGE = 600
/** The origin of a limit in an error's own words. */
export const FROM_WORDS = 'an error message'

const NUMBER = String.raw`(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?!\d)`
/** "... on requests per min (RPM): Limit 3, Used 3, ..." and "... on tokens per min. Limit: 40000 / min." */
const ON_METRIC = new RegExp(
  String.raw`\bon (requests|tokens|input tokens|output tokens) per (second|min|minute|hour|day)\b[^:]{0,40}?(?:: |\. )Limit:? ${NUMBER}(?:, Used ${NUMBER})?`,
  'i',
)
/** "... rate limit for your organization of 30,000 input tokens per minute". */
const LIMIT_OF = new RegExp(
  String.raw`\brate limit\b[^.]{0,120}? of ${NUMBER} (requests|tokens|input tokens|output tokens) per (second|minute|hour|day)\b`,
  'i',
)

const windows: Record<string, string> = {
  second: 'second',
  min: 'minute',
  minute: 'minute',
  hour: 'hour',
  day: 'day@rolling',
}

/**
 * The limit and window in an error's own words; null: none. `otherwise` are the metrics that the service counts
 * differently from qwenctl.
 */
export function limitInWords(
  body: unknown,
  now: number,
  otherwise: readonly Metric[] = [],
): LearnedLimit | null {
  const { message } = readError({ status: 429, header: noHeader, body, text: '', now })
  const text = message.slice(0, LONGEST_MESSAGE)
  const found = findLimit(text)
  if (found === null) return null
  const { metric, window, limit, used } = found
  const remaining = used === null ? null : Math.max(0, limit - used)
  const resetsAt = resetInText(text, now)
  const isObserved = otherwise.includes(metric) || refills({ limit, remaining, resetsAt, window, now })
  return {
    metric,
    window: isObserved ? OBSERVED : window,
    max: limit,
    remaining,
    resetsAt,
    scope: 'model',
    from: FROM_WORDS,
  }
}

function findLimit(
  text: string,
): { metric: Metric; window: string; limit: number; used: number | null } | null {
  const on = ON_METRIC.exec(text)
  const of = on === null ? LIMIT_OF.exec(text) : null
  const [max, words, unit] = on === null ? [of?.[1], of?.[2], of?.[3]] : [on[3], on[1], on[2]]
  const metric = words?.toLowerCase().replace(' ', '-') as Metric | undefined
  const window = windows[unit?.toLowerCase() ?? '']
  const limit = amount(max)
  if (metric === undefined || window === undefined || limit === null) return null
  return { metric, window, limit, used: amount(on?.[4]) }
}

const windowMs: Record<string, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  'day@rolling': 86_400_000,
}

/** A wait below this share of the window belongs to a bucket. */
const BUCKET_SHARE = 0.05

/**
 * Whether a used-up limit has room again long before its window ends: a bucket that refills. Counted as a window,
 * it would block requests for its whole length, where the service says one second.
 */
function refills(of: {
  limit: number
  remaining: number | null
  resetsAt: number | null
  window: string
  now: number
}): boolean {
  const { limit, remaining, resetsAt, window, now } = of
  if (remaining === null || resetsAt === null || remaining >= limit * BUCKET_SHARE) return false
  return resetsAt - now < (windowMs[window] ?? 0) * BUCKET_SHARE
}

const noHeader: HeaderLookup = () => undefined

function amount(text: string | undefined): number | null {
  const digits = text?.replaceAll(',', '')
  return digits === undefined ? null : Number(digits)
}
