// The quota room: limits, the clocks of their windows, the events of the ledger and the fold over them. Pure:
// events and time are arguments, so every process that folds the same file reaches the same verdicts.

import { QwenctlError } from '../base/errors.ts'
import { nearest } from '../base/text/nearest.ts'
import { plainLimit } from './limit-input.ts'
import { isZone } from './zone.ts'

export const metrics = ['requests', 'tokens', 'input-tokens', 'output-tokens', 'usd'] as const
export type Metric = (typeof metrics)[number]

/** When a window begins and ends. */
export type Clock =
  | {
      kind: 'calendar'
      unit: 'day' | 'week' | 'month'
      /** IANA name, `UTC` by default. */
      zone: string
      /** The day on which a billing month begins; left out: the first. */
      firstDay?: number
    }
  | { kind: 'rolling'; lengthMs: number }
  | { kind: 'first-use'; lengthMs: number }
  /** A bucket: what was used comes back evenly, all of it within this time. */
  | { kind: 'refill'; lengthMs: number }

/** The parsed parts of `MAX[metric]/WINDOW`. */
export interface Limit {
  metric: Metric
  max: number
  /** The canonical text: `day`, `5h`, `day@Asia/Shanghai`, `5h@first-use`. */
  window: string
  clock: Clock
}

export type LimitSource = 'configured' | 'default' | 'learned'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The longest window: use is known this far back (`trail.ts`). */
export const LONGEST_WINDOW_MS = 35 * DAY

const unitMs = { s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const
const namedMs = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
} as const

/**
 * Parses `MAX[metric]/WINDOW`, and common variants: `60rpm`, `1k/day`, `$5/month`. Throws `invalid_limit` that
 * names the faulty part.
 */
export function parseLimit(text: string): Limit {
  const match = /^([^/a-z]+)([a-z-]*)\/(\S+)$/.exec(plainLimit(text))
  if (match === null) {
    const missing = /^\d+[a-z]*$/.test(text) ? `: did you mean ${text}/day?` : ''
    throw new QwenctlError('invalid_limit', `"${text}" is not a limit${missing}`)
  }
  const [, amount = '', name = '', window = ''] = match
  const metric = metrics.find((known) => known === (name === '' ? 'requests' : name))
  if (metric === undefined) {
    throw new QwenctlError('invalid_limit', `"${name}" in "${text}" is not a metric: ${metrics.join(', ')}`)
  }
  const clock = parseWindow(window)
  if (clock.kind === 'refill' && metric === 'usd')
    throw new QwenctlError(
      'invalid_limit',
      `"${text}": dollars do not refill; use ${window.split('@')[0]}@rolling`,
    )
  return { metric, max: parseMax(amount, metric, text), window, clock }
}

/** Nominal length of a window, in milliseconds: a day has 24 hours, a month 30 days. */
export function windowLength(clock: Clock): number {
  return clock.kind === 'calendar' ? namedMs[clock.unit] : clock.lengthMs
}

/** The canonical text of a limit; `parseLimit` reads it back. */
export function formatLimit(limit: Pick<Limit, 'max' | 'metric' | 'window'>): string {
  return `${limit.max}${limit.metric === 'requests' ? '' : limit.metric}/${limit.window}`
}

function parseMax(amount: string, metric: Metric, text: string): number {
  const max = /^\d+(\.\d+)?$/.test(amount) ? Number(amount) : Number.NaN
  if (!Number.isFinite(max) || max <= 0 || max > Number.MAX_SAFE_INTEGER) {
    throw new QwenctlError('invalid_limit', `"${amount}" in "${text}" is not a number above 0`)
  }
  if (metric !== 'usd' && !Number.isInteger(max)) {
    throw new QwenctlError(
      'invalid_limit',
      `"${amount}" in "${text}": ${metric} are counted in whole numbers`,
    )
  }
  return max
}

/** Windows repeat over thousands of accounts, which share one clock for each. Users choose the texts: bounded. */
const MOST_CLOCKS = 256
const clocks = new Map<string, Clock>()

/**
 * Parses a window: `day`, `5h`, `week@Asia/Shanghai`, `day@rolling`, `month@15`, `month@15@Asia/Shanghai`. Throws
 * `invalid_limit`.
 */
export function parseWindow(window: string): Clock {
  const known = clocks.get(window)
  if (known !== undefined) return known
  const clock = readClock(window)
  if (clocks.size >= MOST_CLOCKS) clocks.clear()
  clocks.set(window, clock)
  return clock
}

function readClock(window: string): Clock {
  const billing = /^month@(\d{1,2})(?:@(.+))?$/.exec(window)
  if (billing !== null) return parseBillingMonth(window, Number(billing[1]), billing[2] ?? 'UTC')
  const [span = '', clock, ...rest] = window.split('@')
  if (rest.length > 0) throw new QwenctlError('invalid_limit', `"${window}" names more than one clock`)
  const lengthMs = spanMs(span, window)
  if (clock === 'rolling') return { kind: 'rolling', lengthMs }
  if (clock === 'first-use') return { kind: 'first-use', lengthMs }
  if (clock === 'refill') return { kind: 'refill', lengthMs }
  if (span === 'day' || span === 'week' || span === 'month') {
    const zone = clock ?? 'UTC'
    if (!isZone(zone)) {
      throw new QwenctlError(
        'invalid_limit',
        `"${zone}" in "${window}" is neither a time zone nor rolling, refill or first-use`,
      )
    }
    return { kind: 'calendar', unit: span, zone }
  }
  if (clock !== undefined) {
    throw new QwenctlError(
      'invalid_limit',
      `"${clock}" in "${window}": only day, week and month have a time zone`,
    )
  }
  return { kind: 'rolling', lengthMs }
}

/** A month from a billing day on. */
function parseBillingMonth(window: string, firstDay: number, zone: string): Clock {
  if (firstDay < 1 || firstDay > 31)
    throw new QwenctlError('invalid_limit', `"${firstDay}" in "${window}" is not a day of a month`)
  if (!isZone(zone)) throw new QwenctlError('invalid_limit', `"${zone}" in "${window}" is not a time zone`)
  return { kind: 'calendar', unit: 'month', zone, firstDay }
}

function spanMs(span: string, window: string): number {
  if (Object.hasOwn(namedMs, span)) return namedMs[span as keyof typeof namedMs]
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(span)
  if (match === null) {
    const near = nearest(span, Object.keys(namedMs))
    const meant = near === null ? '' : `; did you mean ${near}${window.slice(span.length)}?`
    throw new QwenctlError(
      'invalid_limit',
      `"${window}" is not a window: minute, 5h, day, week, month, day@Asia/Shanghai${meant}`,
    )
  }
  const lengthMs = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  if (lengthMs > LONGEST_WINDOW_MS)
    throw new QwenctlError('invalid_limit', `"${window}" is longer than 35 days`)
  return lengthMs
}
