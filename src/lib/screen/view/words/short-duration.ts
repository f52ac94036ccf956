const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** From here on hours say nothing. */
const MANY_DAYS = 10

/**
 * At most seven cells: `45s`, `12m`, `23h 59m`, `2d 7h`, `31d`. Rounded up, so that a client never returns too
 * early.
 */
export function shortDuration(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / SECOND)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.ceil(ms / MINUTE)
  if (minutes < 60) return `${minutes}m`
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
  const hours = Math.ceil(ms / HOUR)
  if (hours < MANY_DAYS * 24) return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
  return `${Math.ceil(ms / DAY)}d`
}

/** The largest unit only: `45s`, `12m`, `4h`, `3d`. */
export function shortestDuration(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / SECOND)
  if (seconds < 100) return `${seconds}s`
  const minutes = Math.ceil(ms / MINUTE)
  if (minutes < 100) return `${minutes}m`
  const hours = Math.ceil(ms / HOUR)
  return hours < 100 ? `${hours}h` : `${Math.ceil(ms / DAY)}d`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`
}
