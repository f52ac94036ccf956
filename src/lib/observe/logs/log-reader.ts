import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import type { LogEntry, LogFilter } from './log-filter.ts'
import { parseLine, passes } from './log-filter.ts'
import type { OpenLog } from './open-logs.ts'
import { blocksOf, withLogs } from './open-logs.ts'

/** A line as it stands in the file, and what it says. */
export interface LogLine {
  text: string
  entry: LogEntry
}

const NEWLINE = 10

/**
 * The logs of a folder as one, in the order in which they were written, also while proxies write and files turn over. What
 * was read once is not read again: it knows how far it is in each file, by the file itself and not by its name.
 */
export class LogReader {
  readonly #folder: string
  readonly #filter: LogFilter
  #read = new Map<number, number>()

  constructor(folder: string, filter: LogFilter) {
    this.#folder = folder
    this.#filter = filter
  }

  /** The last lines that pass the filter, oldest first; `most` null: all of them. */
  last(most: number | null): LogLine[] {
    const found: LogLine[][] = []
    let count = 0
    const offsets = new Map<number, number>()
    withLogs(this.#folder, (logs) => {
      for (const log of logs.reverse()) {
        const isWanted = most === null || count < most
        const { lines, end } = isWanted ? this.#linesOf(log, 0) : { lines: [], end: log.size }
        offsets.set(log.inode, end)
        found.push(lines)
        count += lines.length
      }
    })
    this.#read = offsets
    const all = found.reverse().flat()
    return most === null ? all : all.slice(Math.max(0, all.length - most))
  }

  /** What was written since. */
  news(): LogLine[] {
    const offsets = new Map<number, number>()
    const found: LogLine[][] = []
    withLogs(this.#folder, (logs) => {
      for (const log of logs) {
        const before = this.#read.get(log.inode) ?? 0
        // A smaller file is another one, which the system gave the number of one that is gone.
        const { lines, end } = this.#linesOf(log, before <= log.size ? before : 0)
        offsets.set(log.inode, end)
        found.push(lines)
      }
    })
    this.#read = offsets
    return found.flat()
  }

  /** Whole lines from there on; `end` is where the next one begins. */
  #linesOf(log: OpenLog, from: number): { lines: LogLine[]; end: number } {
    const lines: LogLine[] = []
    let rest = Buffer.alloc(0)
    let end = from
    for (const block of blocksOf(log, from)) {
      const bytes = rest.length === 0 ? block : Buffer.concat([rest, block])
      const last = bytes.lastIndexOf(NEWLINE) + 1
      end += last
      rest = Buffer.from(bytes.subarray(last))
      for (const text of bytes.toString('utf8', 0, last).split('\n')) {
        const entry = text === '' ? null : parseLine(text)
        if (entry !== null && passes(entry, this.#filter)) lines.push({ text, entry })
      }
    }
    return { lines, end }
  }
}

/**
 * Calls back with every line that is written from now on, in batches. Events only make it faster: some file systems have
 * none. Answers what stops it; until then the process stays alive.
 */
export function followLog(
  reader: LogReader,
  folder: string,
  onLines: (lines: LogLine[]) => void,
  pollMs = 250,
): () => void {
  const look = () => {
    const lines = reader.news()
    if (lines.length > 0) onLines(lines)
  }
  const watcher = watcherOf(folder, look)
  const timer = setInterval(look, pollMs)
  return () => {
    clearInterval(timer)
    watcher?.close()
  }
}

function watcherOf(folder: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, onEvent)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null // no such folder yet, or nothing to watch with: polling goes on
  }
}
