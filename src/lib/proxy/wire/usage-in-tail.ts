import { MALFORMED, skipSpace, skipValue } from './json-scan.ts'

const KEY = Buffer.from('"usage"')

/**
 * Finds the `usage` object near the end of a JSON answer of which only the last bytes are available; null:
 * none. Inside a JSON string its quotes would be escaped, so text about usage is not mistaken for it.
 */
export function usageInTail(tail: Buffer): unknown {
  for (let at = tail.lastIndexOf(KEY); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(KEY, at - 1)) {
    const colon = skipSpace(tail, at + KEY.length)
    const start = skipSpace(tail, colon + 1)
    if (tail[colon] !== 0x3a || tail[start] !== 0x7b) continue
    const end = skipValue(tail, start)
    if (end <= MALFORMED) continue
    try {
      return JSON.parse(tail.toString('utf8', start, end)) as unknown
    } catch {
      continue // cut at the front, or not a usage object
    }
  }
  return null
}
