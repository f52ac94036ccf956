import { formatAge } from '../../../src/lib/base/durations.ts'

const DAY = 24 * 3_600_000
const UNKNOWN = '–'

/** Kept, because a formatter takes longer to build than a thousand times take to format: a calendar has thousands. */
const hourMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const hourMinuteSecond = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' })
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const fullTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const fullDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

export function ago(time: string, now: number): string {
  return formatAge(now - Date.parse(time))
}

/** In the reader's time zone: `14:05` within a day, else `Mon 14:05` or `22 Nov 14:05`. */
export function clock(time: string, now: number): string {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return UNKNOWN
  const hour = hourMinute.format(at)
  if (at.toDateString() === new Date(now).toDateString()) return hour
  const near = Math.abs(at.getTime() - now) < 6 * DAY
  return `${(near ? weekday : dayMonth).format(at)} ${hour}`
}

/** `14:05:09`. */
export function clockSeconds(time: string): string {
  return format(hourMinuteSecond, new Date(time))
}

/** In full, for a title: `22 Nov 2026, 14:05:09`. */
export function moment(time: string): string {
  return format(fullTime, new Date(time))
}

/** `22 Nov 2026`. */
export function day(time: string): string {
  return format(fullDay, new Date(time))
}

/** A formatter throws on a date that is not valid; the page shows the rest of the view instead. */
function format(formatter: Intl.DateTimeFormat, at: Date): string {
  return Number.isNaN(at.getTime()) ? UNKNOWN : formatter.format(at)
}
