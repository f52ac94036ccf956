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
/** Milliseconds from now. */
const IN_MS = new RegExp(`^${LIMIT}(?:retry|resets?|wait)(?:after|in|delay|time)?(?:ms|millis|milliseconds)$`)
/** Seconds from now, or a duration. */
const IN_SPANS = new RegExp(
  `^${LIMIT}(?:(?:retry|resets?)(?:after|in|delay)(?:s|secs?|seconds)?|wait(?:time)?(?:s|secs?|seconds)|(?:resets?|cooldown|remaining)seconds|estimatedtime)$`,
)
/** The same, or a time. */
const IN_TIMES = new RegExp(
  `^${LIMIT}(?:(?:resets?|retry|available|renews?|unlocks?)(?:at|time|date|timestamp|on)|nextreset)$`,
)
/** `08:00:00` as a time is the clock of an unknown day and zone, not eight hours. */
const CLOCK = /^\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$/

const LONGEST_NAME = 40
const NESTED = ['metadata', 'details', 'data']

/** The end named by a field of these objects or one level below, in epoch milliseconds; null: none. */
export function resetInFields(objects: readonly unknown[], now: number): number | null {
  for (const object of objects) {
    if (!isRecord(object)) continue
    for (const part of [object, ...NESTED.map((name) => object[name])]) {
      const at = isRecord(part) ? resetIn(part, now) : null
      if (at !== null) return at
    }
  }
  return null
}

function resetIn(object: Record<string, unknown>, now: number): number | null {
  const fields = Object.entries(object)
    .filter(([name]) => name.length <= LONGEST_NAME)
    .map(([name, value]) => [name.toLowerCase().replace(/[^a-z]/g, ''), value] as const)
  for (const [name, value] of fields) {
    const ms = IN_MS.test(name) ? Number(value ?? NaN) : NaN
    if (ms > 0) return parseResetTime(ms / 1000, now)
  }
  for (const [pattern, isTime] of [
    [IN_SPANS, false],
    [IN_TIMES, true],
  ] as const) {
    for (const [name, value] of fields) {
      if (typeof value !== 'string' && typeof value !== 'number') continue
      if (!pattern.test(name) || (isTime && typeof value === 'string' && CLOCK.test(value))) continue
      const at = parseResetTime(value, now)
      if (at !== null) return at
    }
  }
  return null
}

/**
 * The reset of a window without a metric in its headers, if nothing remains: `x-ratelimit-reset`, `ratelimit-reset`
 * or the one header `ratelimit: limit=10, remaining=0, reset=7` (draft-ietf-httpapi-ratelimit-headers, 2026-11).
 */
export function resetInHeaders(header: HeaderLookup, now: number): number | null {
  for (const prefix of ['x-ratelimit', 'ratelimit']) {
    if (header(`${prefix}-remaining`)?.trim() === '0') return parseResetTime(header(`${prefix}-reset`), now)
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
