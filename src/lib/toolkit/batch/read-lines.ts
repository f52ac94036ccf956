import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { unreadable } from '../../store/documents/file-error.ts'

/** A longer line is refused: the file is read in bounded memory. */
export const LONGEST_LINE = 32 << 20
const CHUNK_BYTES = 256 << 10
const NEWLINE = 10

/** Receives a line without its line break, and where it begins in the file. Null: the line is too long. */
export type LineReader = (bytes: Buffer | null, offset: number) => void

/** Reads a file line by line in bounded memory. Returns its size and SHA-256. Throws `store_unwritable`. */
export async function readLines(
  path: string,
  onLine: LineReader,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  let rest: Buffer[] = []
  let restBytes = 0
  let offset = 0
  const finish = (part: Buffer) => {
    const length = restBytes + part.length
    const isLong = length > LONGEST_LINE
    const line = isLong ? null : rest.length === 0 ? part : Buffer.concat([...rest, part], length)
    onLine(line, offset)
    rest = []
    restBytes = 0
    offset += length + 1
  }
  try {
    for await (const chunk of createReadStream(path, {
      highWaterMark: CHUNK_BYTES,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
      let from = 0
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        finish(chunk.subarray(from, end))
        from = end + 1
      }
      if (from === chunk.length) continue
      restBytes += chunk.length - from
      // Only the length matters of a line that is too long.
      if (restBytes <= LONGEST_LINE) rest.push(chunk.subarray(from))
      else rest = []
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  if (restBytes > 0) {
    const tail = rest.length === 0 ? Buffer.alloc(0) : Buffer.concat(rest)
    const length = restBytes
    rest = []
    restBytes = 0
    if (length > LONGEST_LINE) onLine(null, offset)
    else finish(tail)
  }
  return { bytes, sha256: hash.digest('hex') }
}
