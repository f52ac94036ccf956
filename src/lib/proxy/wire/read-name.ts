import { isAt, type Span } from './json-scan.ts'
import { readString } from './scan-body.ts'

interface KnownName {
  /** As it stood in a body, with its quotes. */
  written: Buffer
  name: string
}

/** Names that came before, each in the one place that its bytes lead to, where the next one takes over. */
const known = Array.from<KnownName | undefined>({ length: 64 })
const MOST_WRITTEN_BYTES = 128

/**
 * `readString` for what is nearly always one of few, such as a model: a name that came before is the same text again,
 * without being decoded, and whoever looks it up in a map does not have it hashed anew.
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
  // A copy: a view would keep the whole body.
  if (name !== null) known[place] = { written: Buffer.from(body.subarray(start, end)), name }
  return name
}
