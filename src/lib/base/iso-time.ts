let second = Number.NaN
let secondText = ''
let last = { at: Number.NaN, text: '' }

/**
 * Epoch milliseconds as ISO 8601 in UTC, faster than `toISOString`. The records of many requests fall within one
 * millisecond, and all but the milliseconds stays for a second.
 */
export function formatTime(at: number): string {
  if (at === last.at) return last.text
  if (!Number.isInteger(at)) return new Date(at).toISOString()
  const whole = Math.floor(at / 1000)
  const ms = at - whole * 1000
  if (whole !== second) {
    secondText = new Date(whole * 1000).toISOString().slice(0, -4)
    second = whole
  }
  last = { at, text: `${secondText}${String(ms).padStart(3, '0')}Z` }
  return last.text
}

/** The same where a time may be missing. */
export function formatTimeOrNull(at: number | null): string | null {
  return at === null ? null : formatTime(at)
}

const DAY_MS = 86_400_000
let lastDay = { start: 0, text: '1970-01-01' }

/** The UTC day of a time in epoch milliseconds, `YYYY-MM-DD`. Every event of the ledger asks for it. */
export function formatDay(at: number): string {
  const start = Math.floor(at / DAY_MS) * DAY_MS
  if (lastDay.start !== start) lastDay = { start, text: new Date(start).toISOString().slice(0, 10) }
  return lastDay.text
}
