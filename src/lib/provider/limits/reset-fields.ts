// The end of a limit in fields of the error body, beside the message.

import { isRecord } from '../../base/is-record.ts'
import type { HeaderLookup } from '../provider.ts'
import { parseResetTime } from './reset-time.ts'

/** Milliseconds from now. */
const IN_MS = ['retry_after_ms', 'retryAfterMs']
/**
 * Seconds from now, or a duration. Names of Replicate, Discord-like APIs, Codex, Hugging Face, claude-relay-service and
 * claude-code-hub: their sources and reports (2026-11).
 */
const IN_SPANS = [
  'retry_after',
  'retryAfter',
  'retry_after_seconds',
  'retryAfterSeconds',
  'resets_in_seconds',
  'reset_after_seconds',
  'reset_in_seconds',
  'wait_seconds',
]
/** The same, or a time. */
const IN_TIMES = [
  'resets_at',
  'resetsAt',
  'reset_at',
  'resetAt',
  'reset_time',
  'resetTime',
  'retry_at',
  'available_at',
]
const IN_FIELDS = [...IN_SPANS, ...IN_TIMES, 'estimated_time']
/** `08:00:00` as a time is the clock of an unknown day and zone, not eight hours. */
const CLOCK = /^\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$/

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
  for (const name of IN_MS) {
    const ms = Number(object[name] ?? NaN)
    if (ms > 0) return parseResetTime(ms / 1000, now)
  }
  for (const name of IN_FIELDS) {
    const value = object[name]
    if (typeof value === 'string' && CLOCK.test(value) && IN_TIMES.includes(name)) continue
    const at = typeof value === 'string' || typeof value === 'number' ? parseResetTime(value, now) : null
    if (at !== null) return at
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
