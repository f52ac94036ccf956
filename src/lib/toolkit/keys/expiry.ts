import { formatTime } from '../../base/iso-time.ts'
import { QwenctlError } from '../../base/errors.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The time at which `30d`, `12h`, a date or a time ends. RFC 3339. Throws `invalid_value`. */
export function readExpiry(text: string, now: number): string {
  const span = /^(\d{1,6})([mhdw])$/.exec(text)
  const at = span === null ? parseDate(text) : now + Number(span[1]) * (units[span[2]!] ?? 0)
  if (Number.isFinite(at) && at > now && at < 8.64e15) return formatTime(at)
  const reason = Number.isFinite(at) && at <= now ? 'has passed' : 'is not a time'
  throw new QwenctlError('invalid_value', `the expiry "${text.slice(0, 60)}" ${reason}`, {
    hint: 'write a span such as 30d or 12h, a date such as 2027-01-31, or an RFC 3339 time',
  })
}

/** The expiry as a part of a sentence: `in 12h`, `on 2027-01-31`, `at 2027-01-31T12:00:00Z`. */
export function formatExpiry(text: string): string {
  if (/^\d+[mhdw]$/.test(text)) return `in ${text}`
  return text.includes('T') ? `at ${text}` : `on ${text}`
}

/** A date lasts until its end in UTC. */
function parseDate(text: string): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Date.parse(`${text}T00:00:00Z`) + 86_400_000
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN
}
