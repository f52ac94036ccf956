import { formatTime } from '../../base/iso-time.ts'
import { formatAge, formatDuration } from '../../base/durations.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** `in 3 h 12 min`, `now`. Times as RFC 3339. */
export function formatIn(time: string, now: string): string {
  const ms = Date.parse(time) - Date.parse(now)
  return ms <= 0 ? 'now' : `in ${formatDuration(ms)}`
}

/** `5 min ago`, `just now`. */
export function formatAgo(time: string, now: string): string {
  return formatAge(Date.parse(now) - Date.parse(time))
}

/** A moment on the reader's own clock: `14:05` today, `Mon 14:05` within a week, else `2026-11-22 14:05`. */
export function localTime(time: string, now: string, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const at = new Date(time)
  const day = (moment: Date) =>
    new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone }).format(moment)
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone }).format(at)
  if (day(at) === day(new Date(now))) return clock
  if (Math.abs(Date.parse(time) - Date.parse(now)) >= 6 * DAY) return `${day(at)} ${clock}`
  return `${new Intl.DateTimeFormat('en-GB', { weekday: 'short', ...zone }).format(at)} ${clock}`
}

/** `localTime` of a future time. Rounded up, so that a client never returns too early. */
export function comingTime(time: string, now: string, timeZone?: string): string {
  return localTime(formatTime(Math.ceil(Date.parse(time) / MINUTE) * MINUTE), now, timeZone)
}
