// When a provider says that a limit ends: reads every format seen in headers and fields, as epoch milliseconds.
// Unreadable or past times, and times more than 35 days ahead, are null: no time is invented.

import { parseDuration } from './duration.ts'
import type { HeaderLookup } from '../provider.ts'

const SECOND = 1000

/** No service announces a longer wait; a larger number is a misreading, not a time. */
export const FURTHEST_RESET_MS = 35 * 86_400 * SECOND

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/
const HTTP_DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) \d{2}:\d{2}:\d{2} GMT$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * The time in a header or field, in epoch milliseconds or null. Formats: RFC 3339, HTTP date, duration, or a bare
 * number. A number is epoch milliseconds above 1e12, epoch seconds above 1e9, and seconds from now below.
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

const AMOUNT = /^\d{1,12}(\.\d{1,9})?$/
/** OpenAI, and services of Azure (learn.microsoft.com/rest/api/cosmos-db, 2026-11). */
const IN_MS = ['retry-after-ms', 'x-ms-retry-after-ms']
/**
 * After the header of RFC 9110: that of GitHub Copilot (github.com/microsoft/vscode-copilot-chat, 2026-11), that of
 * Bucket4j (github.com/MarcGiffing/bucket4j-spring-boot-starter, 2026-11), and spellings of other gateways.
 */
const IN_SECONDS = [
  'retry-after',
  'x-ratelimit-user-retry-after',
  'x-retry-after',
  'x-ratelimit-retry-after',
  'x-rate-limit-retry-after',
  'x-rate-limit-retry-after-seconds',
  'ratelimit-retry-after',
]

/**
 * A header in milliseconds, else `retry-after` (seconds or an HTTP date, RFC 9110) or a name with the same meaning.
 */
export function retryAfter(header: HeaderLookup, now: number): number | null {
  for (const name of IN_MS) {
    const ms = header(name)?.trim()
    const at = ms !== undefined && AMOUNT.test(ms) ? within(now + Number(ms), now) : null
    if (at !== null) return at
  }
  for (const name of IN_SECONDS) {
    const given = header(name)
    if (given !== undefined) return parseResetTime(given, now)
  }
  return null
}

function fromNumber(value: number, now: number): number {
  if (value > 1e12) return value
  if (value > 1e9) return value * SECOND
  return now + value * SECOND
}

/** RFC 3339 or an HTTP date, in epoch milliseconds; null: neither. */
export function parseDate(text: string): number | null {
  const iso = RFC_3339.exec(text)
  if (iso !== null) {
    return isDate(Number(iso[1]), Number(iso[2]), Number(iso[3]))
      ? Date.parse(withColon(text.toUpperCase()))
      : null
  }
  const http = HTTP_DATE.exec(text)
  if (http === null) return null
  return isDate(Number(http[3]), monthNumber(http[2] ?? ''), Number(http[1])) ? Date.parse(text) : null
}

/** Python prints `+0800`. */
function withColon(text: string): string {
  return text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')
}

/** 1 for `Jan` and `January`, in any case; 0: no month. */
export function monthNumber(name: string): number {
  return MONTHS.findIndex((month) => name.toLowerCase().startsWith(month.toLowerCase())) + 1
}

/** `Date.parse` reads 30 February as 2 March. */
export function isDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** Rounded up to whole milliseconds, so that no retry comes too early. */
export function within(at: number | null, now: number): number | null {
  if (at === null || !Number.isFinite(at)) return null
  const whole = Math.ceil(at)
  return whole > now && whole <= now + FURTHEST_RESET_MS ? whole : null
}
