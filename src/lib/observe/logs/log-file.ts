import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  promises as fs,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { readMessage } from '../../base/errors.ts'
import type { ByteWriter } from '../../base/byte-writer.ts'
import { closedLogName, listClosedLogsBeyond, currentLog } from './log-names.ts'

export interface LogFileOptions {
  folder: string
  /** The bound for all log files of the folder together, whatever the number of processes. */
  maxBytes: number
  clock: () => number
  /** Reports, once per failure, that lines are being lost. */
  onTrouble: (message: string) => void
  /** Makes the line that reports the number of lost lines, once writing works again. */
  lostLine: (count: number) => string
}

const FILES = 8
/** The most bytes of one direct write. */
const HANDED_BYTES = 16 << 10
/**
 * The most bytes that a thread takes at once: everything that arrived during its last write, to keep up with a busy
 * proxy.
 */
const MOST_CHUNK_BYTES = 1 << 20
/** The most bytes that wait for a slow disk; further lines are dropped and counted. */
const MOST_WAITING_BYTES = 4 << 20
const APPENDING = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY
/** How long a new file of another process, or a removed file, may go unnoticed. */
const TRUST_MS = 200
/** How often writing to a full disk is retried, instead of at every line. */
const RETRY_MS = 1000
/** An append to the system's memory takes microseconds. An append this slow waited for a disk. */
const SLOW_MS = 10

/**
 * Appends whole lines to a log that any number of processes share, in writes that the system keeps whole. A full
 * file is renamed and the next one begun. The oldest files are removed before all together exceed `maxBytes`. Two
 * processes may both find a file full, and each renames the current one. At worst, a small file is closed early.
 */
export class LogFile {
  /** Lines that could not be written since the start. */
  dropped = 0
  readonly #options: LogFileOptions
  readonly #fileBytes: number
  readonly #chunkBytes: number
  readonly #mostWaiting: number
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** Taken from the queue, but not yet passed to the system. */
  #next: Buffer | null = null
  #handle: FileHandle | null = null
  #inode = 0
  /** When the file was last checked, and how many bytes may be written before the next check. */
  #lookedAt = -Infinity
  #trusted = 0
  #writing: Promise<void> | null = null
  #brokenUntil = 0
  #isBroken = false
  /** Lost since the last report. */
  #lost = 0
  #isTorn = false
  /** Until then, a thread writes to a disk that has blocked the event loop. */
  #slowUntil = 0
  #closed = 0

  constructor(options: LogFileOptions) {
    this.#options = options
    this.#fileBytes = Math.floor(options.maxBytes / FILES)
    this.#chunkBytes = Math.min(MOST_CHUNK_BYTES, Math.floor(this.#fileBytes / 4))
    // The final write of an ending process must fit beside a full file.
    this.#mostWaiting = Math.min(MOST_WAITING_BYTES, this.#fileBytes)
    this.#pruneNow()
  }

  /** The bound may have been lowered since the last start, or files were copied here. */
  #pruneNow(): void {
    try {
      for (const path of listClosedLogsBeyond(this.#options.folder, this.#mostClosed))
        rmSync(path, { force: true })
    } catch (error) {
      this.#options.onTrouble(`old logs cannot be removed: ${readMessage(error)}`)
    }
  }

  /** Leaves room for the file that is closed next, the one after it, and concurrent writes of several processes. */
  get #mostClosed(): number {
    return this.#options.maxBytes - 3 * this.#fileBytes
  }

  /** The most bytes of the next write. */
  get handedBytes(): number {
    return Math.min(HANDED_BYTES, this.#chunkBytes)
  }

  /** Takes whole lines; they are written at once or soon, or lost and counted. Never throws. */
  write(lines: ByteWriter): void {
    if (this.#writing === null && this.#writeNow(lines)) return
    const chunk = Buffer.from(lines.written)
    if (this.#waitingBytes + chunk.length > this.#mostWaiting || this.#options.clock() < this.#brokenUntil) {
      this.#lose(chunk)
      return
    }
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    this.#writing ??= this.#writeAll()
  }

  /** Writes the queue now, for an ending process. The system itself completes writes that it has accepted. */
  flushSync(): void {
    const rest = Buffer.concat(this.#next === null ? this.#waiting : [this.#next, ...this.#waiting])
    this.#next = null
    this.#waiting = []
    this.#waitingBytes = 0
    if (rest.length === 0) return
    const path = currentLog(this.#options.folder)
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const file = openSync(path, APPENDING, 0o600)
      writeSync(file, rest)
      closeSync(file)
    } catch {
      this.#lose(rest)
    }
  }

  /** Resolves when every writable line is written. */
  async close(): Promise<void> {
    await this.#writing
    await this.#release()
  }

  /**
   * The usual case: the file is open and has room. An append to the system's memory takes less time than a thread's
   * round trip. Returns false when a thread is needed. Reasons are: no open file, a full file, a slow disk, or a
   * failure.
   */
  #writeNow({ memory, length }: ByteWriter): boolean {
    const handle = this.#handle
    const began = this.#options.clock()
    if (handle === null || this.#isTorn || began < this.#slowUntil) return false
    let written: number
    try {
      if (!this.#isCurrent(length, began)) return false
      written = writeSync(handle.fd, memory, 0, length)
    } catch {
      return false
    }
    const ended = this.#options.clock()
    if (ended - began >= SLOW_MS) this.#slowUntil = ended + RETRY_MS
    this.#trusted -= length
    this.#isTorn = written < length
    if (this.#isTorn) this.#fail(memory.subarray(0, length), onlyPart())
    return true
  }

  /** Whether the open file is still the current one, with room for this many bytes. */
  #isCurrent(length: number, now: number): boolean {
    if (this.#isTrusted(length, now)) return true
    const stat = statSync(currentLog(this.#options.folder), { throwIfNoEntry: false })
    if (stat?.ino !== this.#inode || stat.size + length > this.#fileBytes) return false
    this.#trust(now)
    return true
  }

  #isTrusted(length: number, now: number): boolean {
    return this.#trusted >= length && now >= this.#lookedAt && now < this.#lookedAt + TRUST_MS
  }

  #trust(now: number): void {
    this.#trusted = Math.floor(this.#fileBytes / FILES / 4)
    this.#lookedAt = now
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const chunk = this.#take()
      try {
        await this.#append(chunk)
        this.#isBroken = false
        this.#sayLost()
      } catch (error) {
        this.#fail(chunk, error)
        await this.#release()
      }
    }
    this.#writing = null
  }

  /** As many as fit into one write. */
  #take(): Buffer {
    let length = this.#waiting[0]?.length ?? 0
    let count = 1
    for (; count < this.#waiting.length; count += 1) {
      const more = this.#waiting[count]!.length
      if (length + more > this.#chunkBytes) break
      length += more
    }
    this.#waitingBytes -= length
    const taken = this.#waiting.splice(0, count)
    return (this.#next = taken.length === 1 ? taken[0]! : Buffer.concat(taken, length))
  }

  async #append(chunk: Buffer): Promise<void> {
    const handle = await this.#open(chunk.length)
    if (this.#next === null) return // written as the process ends
    this.#next = null
    // The rest of a line that a full disk cut off must not join the next line.
    const bytes = this.#isTorn ? Buffer.concat([Buffer.from('\n'), chunk]) : chunk
    const { bytesWritten } = await handle.write(bytes)
    this.#isTorn = bytesWritten < bytes.length
    if (this.#isTorn) throw onlyPart()
  }

  /**
   * Opens the current file with room for this many bytes. The check repeats from time to time: other processes fill
   * and rename the file too.
   */
  async #open(length: number): Promise<FileHandle> {
    const now = this.#options.clock()
    const isTrusted = this.#isTrusted(length, now)
    this.#trusted -= length
    if (this.#handle !== null && isTrusted) return this.#handle
    const path = currentLog(this.#options.folder)
    let stat = await readStat(path)
    this.#trust(now)
    this.#trusted -= length
    if (stat !== null && stat.size > 0 && stat.size + length > this.#fileBytes) {
      await this.#closeFull(path)
      stat = null
    }
    if (this.#handle !== null && stat?.ino === this.#inode) return this.#handle
    await this.#release()
    await fs.mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const handle = await fs.open(path, APPENDING, 0o600)
    this.#handle = handle
    this.#inode = (await handle.stat()).ino
    return handle
  }

  /** Room is made first: other processes fill the next file while this one waits. */
  async #closeFull(path: string): Promise<void> {
    const { clock, folder } = this.#options
    await this.#removeOldest()
    const name = closedLogName(clock(), process.pid, (this.#closed += 1))
    try {
      await fs.rename(path, join(folder, name))
    } catch (error) {
      if (readErrno(error) !== 'ENOENT') throw error
      // another process was faster
    }
  }

  async #removeOldest(): Promise<void> {
    for (const path of listClosedLogsBeyond(this.#options.folder, this.#mostClosed))
      await fs.rm(path, { force: true })
  }

  #fail(chunk: Uint8Array, error: unknown): void {
    this.#next = null
    this.#lose(chunk)
    this.#brokenUntil = this.#options.clock() + RETRY_MS
    if (this.#isBroken) return
    this.#isBroken = true
    this.#options.onTrouble(`log lines are lost until they can be written again: ${readMessage(error)}`)
  }

  #lose(chunk: Uint8Array): void {
    let lines = 0
    for (const byte of chunk) if (byte === 10) lines += 1
    this.dropped += lines
    this.#lost += lines
  }

  #sayLost(): void {
    if (this.#lost === 0) return
    const line = Buffer.from(this.#options.lostLine(this.#lost))
    this.#lost = 0
    this.#waiting.unshift(line)
    this.#waitingBytes += line.length
  }

  async #release(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close().catch(() => undefined)
  }
}

function onlyPart(): Error {
  return new Error('only a part of the lines could be written')
}

async function readStat(path: string): Promise<{ ino: number; size: number } | null> {
  try {
    return await fs.stat(path)
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw error
  }
}
