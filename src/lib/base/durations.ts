// Durations as people read them, in the terminal and on the page.

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
  if (minutes < 24 * 60) return formatPair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.ceil(ms / HOUR)
  return formatPair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function formatPair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** The age of something: `5 min ago`, `just now`. Rounded down. */
export function formatAge(ms: number): string {
  if (ms < 10 * SECOND) return 'just now'
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`
  return ms < DAY ? `${Math.floor(ms / HOUR)} h ago` : `${Math.floor(ms / DAY)} d ago`
}
