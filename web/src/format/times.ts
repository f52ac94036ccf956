import { formatAge } from '../../../src/lib/base/durations.ts'

const DAY = 24 * 3_600_000

export function ago(time: string, now: number): string {
  return formatAge(now - Date.parse(time))
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
