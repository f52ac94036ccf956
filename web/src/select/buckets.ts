import type { HistoryPer, HistoryRow } from '../api/types.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** No chart is wider. */
const MOST = 800

/** The starts of all buckets between two times: the server leaves out empty ones. */
export function bucketsBetween(from: string, to: string, per: HistoryPer): string[] {
  const length = per === 'hour' ? HOUR : DAY
  const first = Math.floor(Date.parse(from) / length) * length
  const last = Date.parse(to)
  const starts: string[] = []
  for (let at = first; at < last && starts.length < MOST; at += length)
    starts.push(new Date(at).toISOString())
  return starts
}

/** The last hours or days up to now, including the current one. */
export function lastBuckets(now: number, length: number, per: HistoryPer): string[] {
  const ms = per === 'hour' ? HOUR : DAY
  const end = Math.floor(now / ms) * ms + ms
  return bucketsBetween(new Date(end - length * ms).toISOString(), new Date(end).toISOString(), per)
}

/** A value for each bucket from the rows, by their start; `missing` without a row. */
export function valuesAt<Missing extends number | null>(
  at: string[],
  rows: HistoryRow[],
  value: (row: HistoryRow) => number | null,
  missing: Missing,
): (number | null)[] {
  const byStart = new Map<number, number | null>()
  for (const row of rows) {
    const start = Date.parse(row.at)
    const known = byStart.get(start)
    const more = value(row)
    byStart.set(start, known === undefined || known === null ? more : more === null ? known : known + more)
  }
  return at.map((time) => {
    const known = byStart.get(Date.parse(time))
    return known === undefined ? missing : known
  })
}
