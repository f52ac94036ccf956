// When a provider says something ends: every format seen in headers and bodies, read into epoch milliseconds.
// Whatever cannot be read, lies in the past or further ahead than 35 days is null: a time is never invented.

import type { HeaderLookup } from './provider.ts'

const SECOND = 1000
const DAY = 86_400 * SECOND

/** Nobody announces a longer wait; beyond it a number is a misreading, not a time. */
export const FURTHEST_RESET_MS = 35 * DAY

const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, as Go prints it
  μs: 1e-3, // U+03BC, which looks the same
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: DAY,
}

const PART = String.raw`\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d)`
const DURATION = new RegExp(`^${PART}(?: ?${PART})*$`)
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/
const HTTP_DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) \d{2}:\d{2}:\d{2} GMT$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Milliseconds of a duration: Go (`6m0s`, `1h2m3.5s`, `12ms`), protobuf (`38.2s`), or the same with single spaces
 * (`6m 11.52s`). Null for anything else.
 */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed.length > 64 || !DURATION.test(trimmed)) return null
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)([a-zµμ]+)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN)
  }
  return Number.isFinite(total) ? total : null
}

/**
 * The time a header or field names, in whichever format: RFC 3339, HTTP date, duration, or a bare number, which is
 * epoch milliseconds above 1e12, epoch seconds above 1e9 and seconds from now below. Epoch milliseconds or null.
 */
export function parseResetTime(value: string | number | null | undefined, now: number): number | null {
  if (typeof value === 'number') return within(fromNumber(value, now), now)
  if (typeof value !== 'string') return null
  const text = value.trim()
  if (/^\d{1,20}(\.\d{1,9})?$/.test(text)) return within(fromNumber(Number(text), now), now)
  const duration = parseDuration(text)
  if (duration !== null) return within(now + duration, now)
  return within(parseDate(text), now)
}

/** `retry-after-ms`, else `retry-after` (seconds or an HTTP date, RFC 9110). */
export function retryAfter(header: HeaderLookup, now: number): number | null {
  const ms = header('retry-after-ms')?.trim()
  if (ms !== undefined && /^\d{1,12}(\.\d{1,9})?$/.test(ms)) {
    const at = within(now + Number(ms), now)
    if (at !== null) return at
  }
  return parseResetTime(header('retry-after'), now)
}

/** The wait an error text names: "try again in 11m0.528s", "Please retry in 38.2s", "regain access on 2026-12-01 at 00:00 UTC". */
export function resetInText(text: string, now: number): number | null {
  const wait = new RegExp(
    String.raw`\b(?:try again|retry|reset|resets|wait) (?:in|after|for) (${PART}(?: ?${PART})*)(?![\w])`,
    'i',
  ).exec(text)
  if (wait?.[1] !== undefined) {
    const duration = parseDuration(wait[1])
    return duration === null ? null : within(now + duration, now)
  }
  const date = /\bon (\d{4}-\d{2}-\d{2}) at (\d{2}:\d{2})(?::00)? UTC\b/.exec(text)
  return date === null ? null : within(parseDate(`${date[1]}T${date[2]}:00Z`), now)
}

function fromNumber(value: number, now: number): number {
  if (value > 1e12) return value
  if (value > 1e9) return value * SECOND
  return now + value * SECOND
}

function parseDate(text: string): number | null {
  const iso = RFC_3339.exec(text)
  if (iso !== null) {
    return isDate(Number(iso[1]), Number(iso[2]), Number(iso[3])) ? Date.parse(text.toUpperCase()) : null
  }
  const http = HTTP_DATE.exec(text)
  if (http === null) return null
  return isDate(Number(http[3]), MONTHS.indexOf(http[2] ?? '') + 1, Number(http[1])) ? Date.parse(text) : null
}

/** `Date.parse` reads 30 February as 2 March. */
function isDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** Rounded up to whole milliseconds, so that nobody comes back too early. */
function within(at: number | null, now: number): number | null {
  if (at === null || !Number.isFinite(at)) return null
  const whole = Math.ceil(at)
  return whole > now && whole <= now + FURTHEST_RESET_MS ? whole : null
}
