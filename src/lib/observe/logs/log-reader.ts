import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import type { LogEntry, LogFilter } from './log-filter.ts'
import { parseLine, passes } from './log-filter.ts'
import type { OpenLog } from './open-logs.ts'
import { readBlocks, withLogs } from './open-logs.ts'

/** A line of the file, as text and as parsed fields. */
export interface LogLine {
  text: string
  entry: LogEntry
}

const NEWLINE = 10
/** The number of lines for `last`; older ones are left out. */
const MOST_KEPT_BYTES = 64 << 20
/** A file may be written to shortly after the time of its last line. */
const LATE_MS = 60_000

/**
 * Reads the logs of a folder as one, in the order of writing, even while proxies write and files rotate. No part is
 * read twice: the reader keeps its position in each file, identified by inode rather than by name.
 */
export class LogReader {
  /** Whether `last` left out older lines that pass the filter. */
  isCut = false
  readonly #folder: string
  readonly #filter: LogFilter
  readonly #mostBytes: number
  #read = new Map<number, number>()

  constructor(folder: string, filter: LogFilter, mostBytes = MOST_KEPT_BYTES) {
    this.#folder = folder
    this.#filter = filter
    this.#mostBytes = mostBytes
  }

  /** The last lines that pass the filter, oldest first; `most` null: as many as `mostBytes` holds. */
  last(most: number | null): LogLine[] {
    const found: LogLine[][] = []
    let room = { lines: most ?? Infinity, bytes: this.#mostBytes }
    const offsets = new Map<number, number>()
    withLogs(this.#folder, (logs) => {
      for (const log of logs.reverse()) {
        const tail = new Tail(room)
        const end = room.lines > 0 && room.bytes > 0 ? this.#walk(log, 0, (line) => tail.add(line)) : log.size
        offsets.set(log.inode, end)
        found.push(tail.lines)
        room = tail.room
        if (most === null && tail.isCut) this.isCut = true
      }
    })
    this.#read = offsets
    return found.reverse().flat()
  }

  /** Passes on all lines that pass the filter, oldest first, one at a time: their number needs no memory. */
  each(onLine: (line: LogLine) => void): void {
    const offsets = new Map<number, number>()
    withLogs(this.#folder, (logs) => {
      for (const log of logs) offsets.set(log.inode, this.#walk(log, 0, onLine))
    })
    this.#read = offsets
  }

  /** The lines written since the last call. */
  readNew(): LogLine[] {
    const offsets = new Map<number, number>()
    const found: LogLine[] = []
    withLogs(this.#folder, (logs) => {
      for (const log of logs) {
        const before = this.#read.get(log.inode) ?? 0
        // A smaller file is a new one that reuses the inode of a removed one.
        const from = before <= log.size ? before : 0
        offsets.set(
          log.inode,
          this.#walk(log, from, (line) => found.push(line)),
        )
      }
    })
    this.#read = offsets
    return found
  }

  /** Reads whole lines from an offset; returns the offset of the next line. */
  #walk(log: OpenLog, from: number, onLine: (line: LogLine) => void): number {
    const { since, requestId } = this.#filter
    if (since !== undefined && log.writtenAt < since - LATE_MS) return log.size
    let rest = Buffer.alloc(0)
    let end = from
    for (const block of readBlocks(log, from)) {
      const bytes = rest.length === 0 ? block : Buffer.concat([rest, block])
      const last = bytes.lastIndexOf(NEWLINE) + 1
      end += last
      rest = Buffer.from(bytes.subarray(last))
      // Most lines of a large log belong to other requests: a text search skips their parsing.
      if (requestId !== undefined && !bytes.includes(requestId)) continue
      for (const text of bytes.toString('utf8', 0, last).split('\n')) {
        const entry = text === '' ? null : parseLine(text)
        if (entry !== null && passes(entry, this.#filter)) onLine({ text, entry })
      }
    }
    return end
  }
}

interface Room {
  lines: number
  bytes: number
}

/** The last lines of one file, within the remaining room. */
class Tail {
  isCut = false
  readonly #room: Room
  #lines: LogLine[] = []
  #start = 0
  #bytes = 0

  constructor(room: Room) {
    this.#room = room
  }

  add(line: LogLine): void {
    this.#lines.push(line)
    this.#bytes += line.text.length
    while (this.#bytes > this.#room.bytes || this.#lines.length - this.#start > this.#room.lines) this.#drop()
  }

  get lines(): LogLine[] {
    return this.#lines.slice(this.#start)
  }

  /** The room for older files; a cut file leaves none. */
  get room(): Room {
    if (this.isCut) return { lines: 0, bytes: 0 }
    return { lines: this.#room.lines - this.#lines.length, bytes: this.#room.bytes - this.#bytes }
  }

  #drop(): void {
    this.#bytes -= this.#lines[this.#start]?.text.length ?? 0
    this.#start += 1
    this.isCut = true
    if (this.#start < 10_000) return
    this.#lines = this.#lines.slice(this.#start)
    this.#start = 0
  }
}

/**
 * Calls back with every new line, in batches. Some file systems have no events, so the folder is also polled.
 * Returns a function that stops the watcher; until then, the process stays alive.
 */
export function followLog(
  reader: LogReader,
  folder: string,
  onLines: (lines: LogLine[]) => void,
  pollMs = 250,
): () => void {
  const look = () => {
    const lines = reader.readNew()
    if (lines.length > 0) onLines(lines)
  }
  const watcher = openWatcher(folder, look)
  const timer = setInterval(look, pollMs)
  return () => {
    clearInterval(timer)
    watcher?.close()
  }
}

function openWatcher(folder: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, onEvent)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null // no such folder yet, or no way to watch it: polling continues
  }
}
