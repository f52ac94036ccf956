import { pluralize } from '../../../src/lib/base/text/count-noun.ts'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const cents = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 })

/** `1,987`; an unknown number is a dash, never 0. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : whole.format(value)
}

/** `1.2M`: for places without room for every digit. */
export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value)
}

/** `$1.20`, with four decimal places for small amounts. */
export function usd(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return value !== 0 && Math.abs(value) < 0.1 ? cents.format(value) : money.format(value)
}

/** An amount in the unit of its limit: `1,988`, `$1.79`. */
export function amount(metric: string, value: number): string {
  return metric === 'usd' ? usd(value) : compact(value)
}

export function percent(part: number, of: number): string {
  if (of === 0) return '–'
  const share = (part / of) * 100
  // 99.97 % must not look like a rate without failures.
  const shown = part < of ? Math.min(share, 99.9) : share
  return `${shown >= 99.95 || shown < 0.05 ? shown.toFixed(0) : shown.toFixed(1)} %`
}

/** `840 ms`, `1.2 s`. */
export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  if (ms < 1) return '< 1 ms'
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

/** `1 request`, `3 requests`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${pluralize(value, one, many)}`
}
