// The end of a limit in fields of the error body, beside the message.

import { isRecord } from '../../base/is-record.ts'
import type { HeaderLookup } from '../provider.ts'
import { parseResetTime } from './reset-time.ts'

/**
 * Names of fields, in lower case and without separators. They follow Replicate, Discord-like APIs, Codex, Hugging Face,
 * Gemini CLI, claude-relay-service and claude-code-hub: their sources and reports (2026-11). A limit may stand before
 * the name: `quota_reset_at`, `window_resets_in_seconds`.
 */
const LIMIT = '(?:quota|limit|usage|window|ratelimit|next)*'

type ReadField = (value: string | number, now: number) => number | null

const readMs: ReadField = (value, now) => {
  const ms = Number(value)
  return ms > 0 ? parseResetTime(ms / 1000, now) : null
}
const readSpan: ReadField = parseResetTime

/** `08:00:00` as a time is the clock of an unknown day and zone, not eight hours. */
const CLOCK = /^\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$/
const DATE = /^\s*(\d{4}-\d{2}-\d{2})\s*$/

/** A date alone ends as its day starts, at the clock with the earliest days, as in `reset-words.ts`. */
const readTime: ReadField = (value, now) => {
  if (typeof value !== 'string') return parseResetTime(value, now)
  if (CLOCK.test(value)) return null
  const date = DATE.exec(value)?.[1]
  return parseResetTime(date === undefined ? value : `${date}T00:00:00+14:00`, now)
}

/** Small numbers are no times: `retry_on: 429`, `reset_date: 15`. */
const readDateText: ReadField = (value, now) => {
  const isDate = typeof value === 'string' && /\d{4}-\d{2}-\d{2}|[A-Z][a-z]{2}, \d/.test(value)
  return isDate || Number(value) > 1e9 ? readTime(value, now) : null
}

interface Kind {
  names: RegExp
  read: ReadField
  /** The field counts only if a text beside it names a limit: other counters also have this name. */
  needsLimitWords?: true
}

const ofLimit = (names: string): RegExp => new RegExp(`^${LIMIT}(?:${names})$`)

/** The kinds of fields, the most certain first. */
const KINDS: readonly Kind[] = [
  { names: ofLimit('retry(?:after|in|delay|time)?(?:ms|millis|milliseconds)'), read: readMs },
  { names: ofLimit('retry(?:after|in|delay)(?:s|secs?|seconds)?'), read: readSpan },
  { names: ofLimit('(?:resets?|wait)(?:after|in|delay|time)?(?:ms|millis|milliseconds)'), read: readMs },
  {
    names: ofLimit(
      'resets?(?:after|in|delay)(?:s|secs?|seconds)?|wait(?:time)?(?:s|secs?|seconds)|(?:resets?|cooldown)seconds',
    ),
    read: readSpan,
  },
  {
    names: ofLimit('(?:resets?|retry|available|renews?|unlocks?)(?:at|time|timestamp)|nextreset'),
    read: readTime,
  },
  { names: ofLimit('(?:resets?|retry|available|renews?|unlocks?)(?:date|on)'), read: readDateText },
  // The load of a model at Hugging Face.
  { names: ofLimit('estimatedtime'), read: readSpan },
  { names: ofLimit('remainingseconds'), read: readSpan, needsLimitWords: true },
]

const LIMIT_WORDS = /\brate|limit|quota|throttl|too[ _]many|cool(?:ing)?[ _-]?down|限流|频繁|额度/i
const LONGEST_NAME = 40
const LONGEST_WORDS = 1000
const NESTED = ['metadata', 'details', 'data', 'window', 'limit', 'quota', 'usage', 'rate_limit']

/** A count of another limit: an answer may show all of them. */
const hasRest = ({ remaining }: Record<string, unknown>): boolean => Number(remaining) > 0

/** The end named by a field of these objects or one level below, in epoch milliseconds; null: none. */
export function resetInFields(objects: readonly unknown[], now: number): number | null {
  const records = objects.filter(isRecord)
  const fields = records.flatMap((object) => [object, ...listNested(object)]).flatMap(listFields)
  for (const { names, read, needsLimitWords } of KINDS) {
    for (const [name, value] of fields) {
      if (!names.test(name)) continue
      const at = read(value, now)
      if (at !== null && (needsLimitWords !== true || records.some(namesLimit))) return at
    }
  }
  return null
}

function listNested(object: Record<string, unknown>): Record<string, unknown>[] {
  return NESTED.map((name) => object[name])
    .filter(isRecord)
    .filter((inner) => !hasRest(inner))
}

type Field = readonly [name: string, value: string | number]

function listFields(object: Record<string, unknown>): Field[] {
  return Object.entries(object).flatMap(([name, value]): Field[] =>
    name.length <= LONGEST_NAME && (typeof value === 'string' || typeof value === 'number')
      ? [[name.toLowerCase().replace(/[^a-z]/g, ''), value]]
      : [],
  )
}

function namesLimit(object: Record<string, unknown>): boolean {
  return Object.values(object).some(
    (value) => typeof value === 'string' && LIMIT_WORDS.test(value.slice(0, LONGEST_WORDS)),
  )
}

/**
 * The reset of a window without a metric in its headers, if nothing remains: `x-ratelimit-reset`, `ratelimit-reset`
 * or the one header `ratelimit: limit=10, remaining=0, reset=7` (draft-ietf-httpapi-ratelimit-headers, 2026-11).
 */
export function resetInHeaders(header: HeaderLookup, now: number): number | null {
  for (const prefix of ['x-ratelimit', 'ratelimit', 'x-rate-limit', 'rate-limit']) {
    if (header(`${prefix}-remaining`)?.trim() !== '0') continue
    const end = header(`${prefix}-reset-after`) ?? header(`${prefix}-reset`)
    if (end !== undefined) return parseResetTime(end, now)
  }
  return resetInPolicies(header('ratelimit') ?? '', now)
}

/**
 * `"burst";r=5;t=1, "day";r=0;t=3600`: the latest end among the policies with nothing left. The older draft has one
 * policy, with commas inside.
 */
function resetInPolicies(text: string, now: number): number | null {
  const policies = /\bremaining ?=/.test(text) ? [text] : text.slice(0, 1000).split(',')
  const ends = policies
    .filter((policy) => /\b(?:remaining|r) ?= ?0(?![\w.])/.test(policy))
    .map((policy) => parseResetTime(/\b(?:reset|t) ?= ?(\d{1,12})\b/.exec(policy)?.[1], now))
    .filter((end) => end !== null)
  return ends.length === 0 ? null : Math.max(...ends)
}
