// The index of a large input, beside its journal: where each line begins. A resumed run reads it instead of parsing a
// million lines again. It is never the truth: without a fitting index the whole file is checked again.

import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { endianness } from 'node:os'
import { replaceSync } from '../../../store/documents/files/atomic-write.ts'
import type { Lane } from './batch-input.ts'
import { BatchInput } from './batch-input.ts'
import { hashFile } from './read-lines.ts'
import { RowPlaces } from './row-places.ts'

/** Below this number of lines, the check takes less than a second. */
const FEWEST_LINES = 50_000
const NEWLINE = 10
/** Bytes of the widest number. */
const WIDTH = 8

interface IndexHeader {
  index: 1
  /** SHA-256 of the input. */
  sha256: string
  bytes: number
  lines: number
  /** The model that replaces that of every line; null: the lines' own. */
  model: string | null
  dialect: BatchInput['dialect']
  lanes: Lane[]
  /** Byte order of the numbers. */
  order: string
  /** SHA-256 of the numbers. */
  checksum: string
}

/** The path of the index of a journal. */
export function indexPath(journal: string): string {
  return `${journal}-index`
}

/** Writes the index of a large input. A failure only makes the next start slower. */
export function keepInputIndex(path: string, input: BatchInput): void {
  if (input.count < FEWEST_LINES) return
  const { sha256, bytes, count: lines, model, dialect, lanes } = input
  const numbers = input.places.toBytes()
  const facts = { index: 1, sha256, bytes, lines, model, dialect, lanes } as const
  const header: IndexHeader = { ...facts, order: endianness(), checksum: hashBytes(numbers) }
  const text = JSON.stringify(header)
  const first = Buffer.from(text)
  // The numbers begin at a multiple of eight, so that they are read without a copy.
  const padding = Buffer.alloc(WIDTH - ((first.length + 1) % WIDTH), ' ')
  try {
    replaceSync(path, [first, padding, Buffer.of(NEWLINE), ...numbers])
  } catch {
    // a full disk: the batch itself will report it
  }
}

export function removeInputIndex(path: string): void {
  rmSync(path, { force: true })
}

/** Reads the index of an input. Null: there is none, it is damaged, or the input is another one now. */
export async function readInputIndex(
  path: string,
  input: { path: string; model: string | null },
): Promise<BatchInput | null> {
  try {
    const bytes = withOwnMemory(await readFile(path))
    const end = bytes.indexOf(NEWLINE)
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as IndexHeader
    const numbers = bytes.subarray(end + 1)
    if (header.index !== 1 || header.model !== input.model || header.order !== endianness()) return null
    if (header.checksum !== hashBytes([numbers])) return null
    if ((await stat(input.path)).size !== header.bytes) return null
    if ((await hashFile(input.path)) !== header.sha256) return null
    const { sha256, bytes: size, dialect, lanes } = header
    const places = RowPlaces.fromBytes(numbers, header.lines)
    return BatchInput.fromIndex(input.path, input.model, { sha256, bytes: size, dialect, lanes, places })
  } catch {
    return null // no index, or not of this shape
  }
}

function hashBytes(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Node may place small files in shared memory, at any offset. */
function withOwnMemory(bytes: Buffer): Buffer {
  return bytes.byteOffset === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer)
}
