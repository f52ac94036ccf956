import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { unreadable } from '../../../store/documents/files/file-error.ts'

/** A longer line is refused: the file is read in bounded memory. */
export const LONGEST_LINE = 32 << 20
const CHUNK_BYTES = 256 << 10
const NEWLINE = 10

/**
 * Receives a line without its line break, and where it begins in the file. The bytes are valid during the call alone.
 * Null: the line is too long.
 */
export type LineReader = (bytes: Buffer | null, offset: number) => void

/**
 * Reads a file line by line in bounded memory. A line begins at the offset `from`. Returns the size of the file, and
 * the SHA-256 of what was read. Throws `store_unwritable`.
 */
export async function readLines(
  path: string,
  onLine: LineReader,
  from = 0,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  const lines = new LineCutter(onLine, from)
  const bytes = await readPieces(path, from, (piece) => {
    hash.update(piece)
    lines.take(piece)
  })
  lines.end()
  return { bytes, sha256: hash.digest('hex') }
}

/** The SHA-256 of a file. Throws `store_unwritable`. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await readPieces(path, 0, (piece) => hash.update(piece))
  return hash.digest('hex')
}

/** Reads a file in pieces, each valid during the call alone. Returns the end of the file. */
async function readPieces(path: string, from: number, onPiece: (piece: Buffer) => void): Promise<number> {
  // A single buffer: fresh ones would pile up until the next garbage collection.
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let bytes = from
  try {
    const file = await open(path, 'r')
    try {
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, bytes)
        if (bytesRead === 0) break
        bytes += bytesRead
        onPiece(chunk.subarray(0, bytesRead))
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  return bytes
}

/** Cuts pieces of a file into lines. */
class LineCutter {
  readonly #onLine: LineReader
  /** The beginning of a line, copied. */
  #rest: Buffer[] = []
  #restBytes = 0
  #offset: number

  constructor(onLine: LineReader, offset: number) {
    this.#onLine = onLine
    this.#offset = offset
  }

  take(piece: Buffer): void {
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#finish(piece.subarray(from, end))
      from = end + 1
    }
    if (from === piece.length) return
    this.#restBytes += piece.length - from
    // Only the length matters of a line that is too long.
    if (this.#restBytes <= LONGEST_LINE) this.#rest.push(Buffer.from(piece.subarray(from)))
    else this.#rest = []
  }

  /** The last line may lack its line break. */
  end(): void {
    if (this.#restBytes > 0) this.#finish(Buffer.alloc(0))
  }

  #finish(part: Buffer): void {
    const length = this.#restBytes + part.length
    const whole = this.#rest.length === 0 ? part : Buffer.concat([...this.#rest, part], length)
    this.#rest = []
    this.#restBytes = 0
    this.#onLine(length > LONGEST_LINE ? null : whole, this.#offset)
    this.#offset += length + 1
  }
}
