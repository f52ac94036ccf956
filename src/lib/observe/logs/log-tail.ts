import { readSync } from 'node:fs'
import type { OpenLog } from './open-logs.ts'
import { readBlocks, computeFingerprint, withLogs } from './open-logs.ts'

/** An unparsed line of the file, and the position of the next one. */
export interface TailLine {
  text: string
  position: string
}

export interface TailNews {
  lines: TailLine[]
  /** The number of skipped lines, when there were too many. */
  skipped: number
}

/** The most new bytes of one batch: the newest are kept. */
const MOST_BYTES = 256 << 10
/** The furthest position to resume from: beyond it, reading everything again is faster. */
const MOST_BEHIND = 1 << 20
const NEWLINE = 10

/**
 * The new lines in the logs of a folder. Each position has a name that stays valid while files rotate, so a client
 * that lost its connection can resume. A file is identified by its inode and its first bytes, because inodes of
 * removed files are reused.
 */
export class LogTail {
  readonly #folder: string
  #read = new Map<number, number>()

  /** Starts at the end. */
  constructor(folder: string) {
    this.#folder = folder
    withLogs(folder, (logs) => {
      this.#read = new Map(logs.map(({ inode, size }) => [inode, size]))
    })
  }

  /**
   * Resumes from a position. Returns false when it is gone, or too far back; the tail then stays at its own
   * position.
   */
  resume(position: string): boolean {
    const [inode = 0, offset = 0, print = 0] = position.split('.').map((part) => Number.parseInt(part, 36))
    return withLogs(this.#folder, (logs) => {
      const index = logs.findIndex((log) => log.inode === inode && computeFingerprint(log) === print)
      const log = logs[index]
      if (log === undefined || offset > log.size || !endsLine(log, offset)) return false
      const later = logs.slice(index + 1)
      const behind = later.reduce((sum, { size }) => sum + size, log.size - offset)
      if (behind > MOST_BEHIND) return false
      this.#read = new Map(
        logs.map(({ inode: number, size }, at) => [number, at < index ? size : at === index ? offset : 0]),
      )
      return true
    })
  }

  /** The lines written since the last call. */
  readNew(): TailNews {
    return withLogs(this.#folder, (logs) => {
      const offsets = new Map<number, number>()
      const news: TailNews = { lines: [], skipped: 0 }
      for (const log of logs) {
        const before = this.#read.get(log.inode) ?? 0
        // A smaller file is a new one that reuses the inode of a removed one.
        offsets.set(log.inode, readOn(log, before <= log.size ? before : 0, news))
      }
      this.#read = offsets
      return news
    })
  }
}

/** Adds whole lines from an offset; returns the offset of the next line. */
function readOn(log: OpenLog, from: number, news: TailNews): number {
  const bytes = Buffer.concat([...readBlocks(log, from)])
  const end = bytes.lastIndexOf(NEWLINE) + 1
  if (end === 0) return from
  const tooMuch = end - MOST_BYTES
  const start = tooMuch <= 0 ? 0 : bytes.indexOf(NEWLINE, tooMuch) + 1
  news.skipped += linesIn(bytes.subarray(0, start))
  const print = computeFingerprint(log).toString(36)
  let at = start
  while (at < end) {
    const next = bytes.indexOf(NEWLINE, at) + 1
    const place = (from + next).toString(36)
    const text = bytes.toString('utf8', at, next - 1)
    if (text !== '') news.lines.push({ text, position: `${log.inode.toString(36)}.${place}.${print}` })
    at = next
  }
  return from + end
}

function linesIn(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}

function endsLine({ file }: OpenLog, offset: number): boolean {
  const byte = Buffer.alloc(1)
  return offset > 0 && readSync(file, byte, 0, 1, offset - 1) === 1 && byte[0] === NEWLINE
}
