// Durations as services write them, in headers and in sentences.

const SECOND = 1000

const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, as Go prints it
  μs: 1e-3, // U+03BC, which looks the same
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: 86_400 * SECOND,
  w: 604_800 * SECOND,
}

const PART = String.raw`\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d)`
const DURATION = new RegExp(`^${PART}(?: ?${PART})*$`)

/** ISO 8601 without months, `PT30S` or `P1DT2H`. */
const ISO_SPAN = /^P(?=[\dT])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
/** As .NET prints it: `00:00:20`, `1.02:00:00.5`. */
const CLOCK_SPAN = /^(?:(\d{1,3})\.)?(\d{1,2}):([0-5]\d):([0-5]\d(?:\.\d+)?)$/

/**
 * Milliseconds of a duration: Go (`6m0s`, `1h2m3.5s`, `12ms`), protobuf (`38.2s`), or the same with single spaces
 * (`6m 11.52s`). Also ISO 8601 (`PT30S`), .NET (`00:00:20`) and words (`30 seconds`). Null for anything else.
 */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed.length > 64) return null
  if (DURATION.test(trimmed)) return total(trimmed)
  const parts = ISO_SPAN.exec(trimmed) ?? CLOCK_SPAN.exec(trimmed)
  if (parts === null) return WORDS_ALONE.test(trimmed) ? parseWordedDuration(trimmed) : null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part = '0') => Number(part))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND
}

/**
 * An amount with its unit, in letters or written out: `58 hours`, `26 seconds`, `162 min`, `1.4s`, `an hour`, `30
 * 秒`. A text matches in one way only: two ways for each part would take exponential time for a list of them.
 */
const WORDED = String.raw`(?:\d+(?:[.,]\d+)?[ -]?|(?:an?|one)[ -])(?:ns|us|µs|μs|milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|w|毫秒|秒钟?|分钟?|个?小时|天|日)(?![a-zA-Z])`

/** A duration inside a sentence: `10 hours 58 minutes`, `1 hour, 5 minutes and 2 seconds`, `1m26.4s`, `6m 11.52s`. */
export const DURATION_IN_WORDS = String.raw`${WORDED}(?:(?:,? and |, ?| ?)${WORDED}){0,6}`

/** At least one unit is written out: `5 s` is too short to be certain. */
const WORDS_ALONE = new RegExp(`^(?=.*[a-z]{3})(?:${DURATION_IN_WORDS})$`, 'i')

/** Milliseconds of a match of `DURATION_IN_WORDS`; null: not a duration. */
export function parseWordedDuration(text: string): number | null {
  return text.length > 80 ? null : total(text.toLowerCase())
}

function total(text: string): number | null {
  let sum = 0
  for (const [, amount, unit] of text.matchAll(
    /((?<!\d)\d+(?:[.,]\d+)?(?=[^\d])|\b(?:an?|one)(?=[ -]))[ -]?([a-zµμ]+|[\u0080-\uffff]+)/g,
  )) {
    sum += parseAmount(amount ?? '') * (unitMs[findUnit(unit ?? '')] ?? Number.NaN)
  }
  return Number.isFinite(sum) ? sum : null
}

function parseAmount(text: string): number {
  if (!/^\d/.test(text)) return 1
  return Number(/,\d{3}$/.test(text) ? text.replace(',', '') : text.replace(',', '.'))
}

const units: readonly [RegExp, string][] = [
  [/^(?:milliseconds?|msecs?|毫秒)$/, 'ms'],
  [/^(?:seconds?|secs?|秒钟?)$/, 's'],
  [/^(?:minutes?|mins?|分钟?)$/, 'm'],
  [/^(?:hours?|hrs?|个?小时)$/, 'h'],
  [/^(?:days?|天|日)$/, 'd'],
  [/^(?:weeks?|wks?)$/, 'w'],
]

function findUnit(word: string): string {
  return units.find(([pattern]) => pattern.test(word))?.[1] ?? word
}
