import { constants } from 'node:fs'
import { dirname } from 'node:path'
import { readErrno } from '../../../base/errno.ts'
import type { ByteWriter } from '../../../base/byte-writer.ts'
import type { LedgerHost } from './ledger-disk.ts'
import { systemHost } from './ledger-disk.ts'

const NEWLINE = 10
const CHUNK_BYTES = 1 << 20
/** No event is that long. A longer line is skipped during reading, so that no reader reads it twice. */
const LONGEST_LINE_BYTES = 1 << 20
/** Replaces a skipped line in `readLines`; not an event. */
const LONG_LINE = 'a line of more than 1 MiB'
/** The buffer holds a whole `close` line, so the end of a day can be read from it. */
const LANDMARK_BYTES = 160
/** The path is checked no more often than this: frequent appends need not check every time. */
const LOOK_EVERY_MS = 20

const openFlags = {
  read: constants.O_RDONLY,
  append: constants.O_RDWR | constants.O_APPEND,
  create: constants.O_RDWR | constants.O_APPEND | constants.O_CREAT,
}

/** An outside change to a file in use. */
export type Damage = 'removed' | 'cut off' | 'rewritten' | 'moved or replaced'

/** A day of the ledger: lines that any number of processes append, and none changes. */
export class DayFile {
  readonly day: string
  readonly path: string
  /** All bytes before the offset were read, and end with a newline. */
  offset = 0
  /** Bytes in the file at the last check. */
  size = 0
  isClosed = false
  readonly #fd: number
  readonly #host: LedgerHost
  readonly #inode: number
  /** Bytes that were checked; those after the offset have no newline. */
  #readTo = 0
  #isInLongLine = false
  /** The last line has no end yet: a crash or a full disk tore it, or a process is writing it. */
  isTailTorn = false
  #lookedAt = 0
  #seen: Damage | null = null
  #mark = { end: 0, text: '' }

  private constructor(day: string, path: string, fd: number, host: LedgerHost) {
    this.day = day
    this.path = path
    this.#fd = fd
    this.#host = host
    const stats = host.disk.stat(fd)
    if (!stats.isFile()) throw new Error(`${path} is not a file`)
    this.#inode = stats.ino
    this.size = stats.size
  }

  /** Null when the day has no file and none is to be created. Throws for anything but a file. */
  static open(
    day: string,
    path: string,
    mode: 'read' | 'append' | 'create',
    host: LedgerHost = systemHost,
  ): DayFile | null {
    const { disk } = host
    let fd: number
    try {
      // Opened without waiting: a FIFO in its place would block the process until a writer appears.
      fd = disk.open(path, openFlags[mode] | constants.O_NONBLOCK)
    } catch (error) {
      if (readErrno(error) === 'ENOENT' && mode !== 'create') return null
      throw error
    }
    try {
      const file = new DayFile(day, path, fd, host)
      if (mode === 'create' && file.size === 0) disk.syncFolder(dirname(path))
      return file
    } catch (error) {
      disk.close(fd)
      throw error
    }
  }

  get fd(): number {
    return this.#fd
  }

  /** The change of the file since it was opened; null: none, or only appends. Updates `size`. */
  damage(): Damage | null {
    const { nlink, size } = this.#host.disk.stat(this.#fd)
    this.size = size
    if (nlink === 0) return 'removed'
    if (size < this.offset) return 'cut off'
    if (this.isDue) this.#seen = this.#lookClosely()
    return this.#seen
  }

  /** Whether the last path check is long enough ago. */
  get isDue(): boolean {
    return this.#host.loop.steady() - this.#lookedAt > LOOK_EVERY_MS
  }

  /**
   * Whether the path still leads to this file, and the read part is still there: a file may be cut and grow again.
   */
  #lookClosely(): Damage | null {
    this.#lookedAt = this.#host.loop.steady()
    const inode = this.#host.disk.inodeAt(this.path)
    if (inode !== this.#inode) return 'moved or replaced'
    const { end, text } = this.#mark
    if (text !== this.#textBefore(end)) return 'rewritten'
    this.#mark = { end: this.offset, text: this.landmark() }
    return null
  }

  /** True when the file has unchecked bytes. */
  get hasNews(): boolean {
    return this.size > Math.max(this.offset, this.#readTo)
  }

  /**
   * Appends whole lines in one write, which the kernel places after everything else in the file. Completes a line
   * that a crash left without its end. Returns false when only a part was written; the caller reads it back.
   */
  append(lines: ByteWriter): boolean {
    const { memory, length } = lines
    const { disk } = this.#host
    if (!this.isTailTorn) return disk.write(this.#fd, memory, length) === length
    const bytes = Buffer.concat([Buffer.of(NEWLINE), lines.written])
    return disk.write(this.#fd, bytes, bytes.length) === bytes.length
  }

  /** True when `bytes` at the offset equal the last append: no other process wrote in between. */
  grewBy(bytes: number): boolean {
    return !this.isTailTorn && this.damage() === null && this.size === this.offset + bytes
  }

  /**
   * Passes on every complete line after the offset, and moves the offset; stops early when `onLine` returns false.
   * Bytes after the last newline stay until their line ends.
   */
  readLines(onLine: (line: string) => boolean): void {
    let rest: Buffer = Buffer.alloc(0)
    let position = this.#isInLongLine ? this.#readTo : this.offset
    for (;;) {
      const chunk = this.#readAt(position)
      if (chunk.length === 0) break
      position += chunk.length
      const data = this.#isInLongLine ? this.#pastLongLine(chunk, position) : Buffer.concat([rest, chunk])
      const end = data.lastIndexOf(NEWLINE) + 1
      rest = data.subarray(end)
      this.#readTo = position
      if (!this.#handOver(data, end, onLine)) {
        this.#readTo = this.offset
        return
      }
      if (rest.length > LONGEST_LINE_BYTES) {
        this.#isInLongLine = true
        rest = Buffer.alloc(0)
        if (!onLine(LONG_LINE)) return
      }
    }
    this.isTailTorn = rest.length > 0 || this.#isInLongLine
  }

  #readAt(position: number): Buffer {
    const wanted = Math.min(CHUNK_BYTES, Math.max(512, this.#host.disk.stat(this.#fd).size - position))
    const chunk = Buffer.allocUnsafe(wanted)
    return chunk.subarray(0, this.#host.disk.read(this.#fd, chunk, wanted, position))
  }

  /**
   * The part of a chunk after the end of the long line; empty: the line has not ended. The chunk ends at
   * `position`.
   */
  #pastLongLine(chunk: Buffer, position: number): Buffer {
    const stop = chunk.indexOf(NEWLINE)
    if (stop === -1) return Buffer.alloc(0)
    this.#isInLongLine = false
    this.offset = position - chunk.length + stop + 1
    return chunk.subarray(stop + 1)
  }

  #handOver(data: Buffer, end: number, onLine: (line: string) => boolean): boolean {
    for (let start = 0; start < end;) {
      const stop = data.indexOf(NEWLINE, start)
      const line = stop - start > LONGEST_LINE_BYTES ? LONG_LINE : data.toString('utf8', start, stop)
      this.offset += stop + 1 - start
      start = stop + 1
      if (line !== '' && !onLine(line)) return false
    }
    return true
  }

  /** The last bytes before the offset, which identify the file. */
  landmark(): string {
    return this.#textBefore(this.offset)
  }

  #textBefore(end: number): string {
    const length = Math.min(LANDMARK_BYTES, end)
    const bytes = Buffer.alloc(length)
    const count = this.#host.disk.read(this.#fd, bytes, length, end - length)
    return bytes.toString('latin1', 0, count)
  }

  close(): void {
    this.isClosed = true
    this.#host.disk.close(this.#fd)
  }
}
