const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** At most two units: `2 d 3 h`, `12 min`, `45 s`. Rounded up, so that a return is never announced too early. */
export function duration(ms: number): string {
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

export function ago(time: string, now: number): string {
  const ms = now - Date.parse(time)
  if (ms < 10 * SECOND) return 'just now'
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`
  return ms < DAY ? `${Math.floor(ms / HOUR)} h ago` : `${Math.floor(ms / DAY)} d ago`
}

/** In the reader's time zone: `14:05` within a day, else `Mon 14:05` or `22 Nov 14:05`. */
export function clock(time: string, now: number): string {
  const at = new Date(time)
  const hour = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (at.toDateString() === new Date(now).toDateString()) return hour
  const near = Math.abs(at.getTime() - now) < 6 * DAY
  const day = at.toLocaleDateString('en-GB', near ? { weekday: 'short' } : { day: 'numeric', month: 'short' })
  return `${day} ${hour}`
}

/** `14:05:09`. */
export function clockSeconds(time: string): string {
  return new Date(time).toLocaleTimeString('en-GB')
}

/** In full, for a title: `22 Nov 2026, 14:05:09`. */
export function moment(time: string): string {
  return new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}

/** `22 Nov 2026`. */
export function day(time: string): string {
  return new Date(time).toLocaleDateString('en-GB', { dateStyle: 'medium' })
}
