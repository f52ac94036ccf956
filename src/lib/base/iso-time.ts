/** Epoch milliseconds as ISO 8601 in UTC, for documents. */
export function formatTime(at: number): string {
  return new Date(at).toISOString()
}

/** The same where a time may be missing. */
export function formatTimeOrNull(at: number | null): string | null {
  return at === null ? null : formatTime(at)
}

let second = Number.NaN
let secondText = ''
let last = { at: Number.NaN, text: '' }

/**
 * A faster `toISOString` of epoch milliseconds, for the records of every request. Many fall within one millisecond,
 * and all but the milliseconds stays for a second.
 */
export function isoTime(at: number): string {
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
