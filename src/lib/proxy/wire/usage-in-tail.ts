import { MALFORMED, skipSpace, skipValue } from './body/json-scan.ts'

/** The members of an answer that hold its counts; Gemini has the second. */
const members = ['usage', 'usageMetadata'].map((name) => ({ name, key: Buffer.from(`"${name}"`) }))

/**
 * Finds the usage in the last bytes of a JSON answer, as an answer with nothing else; null: none. Inside a JSON
 * string its quotes would be escaped, so text about usage is not mistaken for it.
 */
export function usageInTail(tail: Buffer): Record<string, unknown> | null {
  for (const { name, key } of members) {
    const found = lastObject(tail, key)
    if (found !== null) return { [name]: found }
  }
  return null
}

function lastObject(tail: Buffer, key: Buffer): unknown {
  for (let at = tail.lastIndexOf(key); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(key, at - 1)) {
    const colon = skipSpace(tail, at + key.length)
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
