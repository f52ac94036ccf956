import { isAt, type Span } from './json-scan.ts'
import { readString } from './scan-body.ts'

interface KnownName {
  /** The bytes from a body, with the quotes. */
  written: Buffer
  name: string
}

/** Recent names, each in the one slot that its bytes lead to. The next name for a slot replaces it. */
const known = Array.from<KnownName | undefined>({ length: 64 })
const MOST_WRITTEN_BYTES = 128

/**
 * `readString` for values that are usually one of a few, such as a model. A recurring name is the same string
 * again, without decoding. A map lookup does not have to hash it again.
 */
export function readName(body: Buffer, span: Span | undefined): string | null {
  if (span === undefined) return null
  const { start, end } = span
  const length = end - start
  if (length > MOST_WRITTEN_BYTES) return readString(body, span)
  const place = (length + body[end - 2]! + body[start + (length >> 1)]! * 7) % known.length
  const before = known[place]
  if (before !== undefined && before.written.length === length && isAt(body, start, before.written))
    return before.name
  const name = readString(body, span)
  // A copy: a view would retain the whole body.
  if (name !== null) known[place] = { written: Buffer.from(body.subarray(start, end)), name }
  return name
}
