import { read } from 'node:fs'
import { promisify } from 'node:util'
import type { OpenLog } from '../logs/open-logs.ts'
import { computeFingerprint } from '../logs/open-logs.ts'

const readFile = promisify(read)

/** Small enough that a proxy serves requests between two blocks. */
const BLOCK_BYTES = 256 << 10
/** Longer lines than qwenctl writes are damage, and are skipped. */
const MOST_LINE_BYTES = 1 << 20
const NEWLINE = 10

/** A line, and the position before which the previous line ends. */
export interface PlacedLine {
  text: string
  position: string
}

/** A block of whole lines, the last line first. */
export interface LineBlock {
  lines: PlacedLine[]
  bytes: number
}

/** The block at which a page begins: a file by inode and first bytes, and an offset in it. */
interface Position {
  inode: number
  offset: number
  print: number
}

/** The text of a position from an offset in the file. */
type Place = (offset: number) => string

/**
 * Reads open logs from the newest line to the oldest, in blocks. `position` is that of a line read before. A removed
 * file has no lines, and neither have the older ones, which were removed before it. `wanted` skips blocks without
 * this text.
 */
export async function* readBackwards(
  logs: readonly OpenLog[],
  position: string | null,
  wanted?: string,
): AsyncGenerator<LineBlock> {
  const from = position === null ? null : parsePosition(position)
  let isFound = from === null
  for (const log of logs.toReversed()) {
    const print = computeFingerprint(log)
    let end = log.size
    if (!isFound && from !== null) {
      if (log.inode !== from.inode || print !== from.print) continue
      isFound = true
      end = Math.min(from.offset, log.size)
    }
    const place = (offset: number) => formatPosition({ inode: log.inode, offset, print })
    yield* readFileBackwards(log, end, { place, wanted })
  }
}

async function* readFileBackwards(
  log: OpenLog,
  end: number,
  { place, wanted }: { place: Place; wanted: string | undefined },
): AsyncGenerator<LineBlock> {
  // The beginning of a line that ended in a later block.
  let rest = Buffer.alloc(0)
  for (let at = end; at > 0;) {
    const start = Math.max(0, at - BLOCK_BYTES)
    const bytes = Buffer.concat([await readRange(log, start, at), rest])
    const cut = start === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
    const isWhole = start === 0 || cut > 0
    rest = isWhole ? bytes.subarray(0, cut) : bytes.length > MOST_LINE_BYTES ? Buffer.alloc(0) : bytes
    at = start
    if (!isWhole) continue
    const block = bytes.subarray(cut)
    const isWanted = wanted === undefined || block.includes(wanted)
    yield {
      lines: isWanted ? splitLines(block, start + cut, place) : [],
      bytes: block.length,
    }
  }
}

async function readRange({ file }: OpenLog, start: number, end: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(end - start)
  const { bytesRead } = await readFile(file, block, 0, block.length, start)
  return block.subarray(0, bytesRead)
}

function splitLines(block: Buffer, offset: number, place: Place): PlacedLine[] {
  const lines: PlacedLine[] = []
  // A line without its end is not written yet.
  let end = block.lastIndexOf(NEWLINE)
  while (end >= 0) {
    const start = end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1
    if (end > start) {
      lines.push({ text: block.toString('utf8', start, end), position: place(offset + start) })
    }
    end = start - 1
  }
  return lines
}

function formatPosition({ inode, offset, print }: Position): string {
  return [inode, offset, print].map((part) => part.toString(36)).join('.')
}

/** Whether a text has the form of a position. */
export function isPosition(text: string): boolean {
  return /^[0-9a-z]{1,13}\.[0-9a-z]{1,11}\.[0-9a-z]{1,7}$/.test(text)
}

function parsePosition(text: string): Position {
  const [inode = 0, offset = 0, print = 0] = text.split('.').map((part) => Number.parseInt(part, 36))
  return { inode, offset, print }
}
