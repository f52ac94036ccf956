const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * At most two units: `2 d 3 h`, `3 h 12 min`, `12 min`, `45 s`. Rounded up, so that a client never returns too
 * early.
 */
export function formatDuration(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.ceil(ms / SECOND))} s`
  const minutes = Math.ceil(ms / MINUTE)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.ceil(ms / HOUR)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** `in 3 h 12 min`, `now`. Times as RFC 3339. */
export function formatIn(time: string, now: string): string {
  const ms = Date.parse(time) - Date.parse(now)
  return ms <= 0 ? 'now' : `in ${formatDuration(ms)}`
}

/** `5 min ago`, `just now`. */
export function formatAgo(time: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(time)
  if (ms < 10 * SECOND) return 'just now'
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`
  return ms < DAY ? `${Math.floor(ms / HOUR)} h ago` : `${Math.floor(ms / DAY)} d ago`
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
  return localTime(new Date(Math.ceil(Date.parse(time) / MINUTE) * MINUTE).toISOString(), now, timeZone)
}
