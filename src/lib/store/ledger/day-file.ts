import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { ByteWriter } from '../../base/byte-writer.ts'

const NEWLINE = 10
const CHUNK_BYTES = 1 << 20
/** Holds a whole `close` line: what ends a day can be read from it. */
const LANDMARK_BYTES = 160

const flagsOf = {
  read: constants.O_RDONLY,
  append: constants.O_RDWR | constants.O_APPEND,
  create: constants.O_RDWR | constants.O_APPEND | constants.O_CREAT,
}

/** One day of the ledger: lines that are only ever appended, by any number of processes. */
export class DayFile {
  readonly day: string
  readonly path: string
  /** Everything before it has been read, and ends with a newline. */
  offset = 0
  readonly #fd: number
  #isTailTorn = false

  private constructor(day: string, path: string, fd: number) {
    this.day = day
    this.path = path
    this.#fd = fd
  }

  /** Null when there is no such day, and it is not to be made. */
  static open(day: string, path: string, mode: 'read' | 'append' | 'create'): DayFile | null {
    try {
      return new DayFile(day, path, openSync(path, flagsOf[mode], 0o600))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && mode !== 'create') return null
      throw error
    }
  }

  get fd(): number {
    return this.#fd
  }

  /** Bytes in the file now; null when it was removed or replaced under us. */
  size(): number | null {
    const { nlink, size } = fstatSync(this.#fd)
    return nlink === 0 || size < this.offset ? null : size
  }

  /**
   * Appends whole lines in one write, which the kernel places behind everything else in the file. A line that a crash
   * left without its end gets one first. Returns false when not all of it could be written: what stands is read back.
   */
  append(lines: ByteWriter): boolean {
    const { memory, length } = lines
    if (!this.#isTailTorn) return writeSync(this.#fd, memory, 0, length) === length
    return writeSync(this.#fd, Buffer.concat([Buffer.of(NEWLINE), lines.written])) === length + 1
  }

  /** True when `bytes` at the offset are exactly what was appended last: nobody else wrote in between. */
  grewBy(bytes: number): boolean {
    return !this.#isTailTorn && this.size() === this.offset + bytes
  }

  /**
   * Hands over every complete line behind the offset, and moves the offset behind it; stops early when `onLine` answers
   * false. What stands behind the last newline stays until its end arrives.
   */
  readLines(onLine: (line: string) => boolean): void {
    let rest: Buffer = Buffer.alloc(0)
    let position = this.offset
    for (;;) {
      const chunk = Buffer.allocUnsafe(
        Math.min(CHUNK_BYTES, Math.max(512, fstatSync(this.#fd).size - position)),
      )
      const count = readSync(this.#fd, chunk, 0, chunk.length, position)
      if (count === 0) break
      position += count
      const data: Buffer =
        rest.length === 0 ? chunk.subarray(0, count) : Buffer.concat([rest, chunk.subarray(0, count)])
      const end = data.lastIndexOf(NEWLINE) + 1
      rest = data.subarray(end)
      if (!this.#handOver(data, end, onLine)) return
    }
    this.#isTailTorn = rest.length > 0
  }

  #handOver(data: Buffer, end: number, onLine: (line: string) => boolean): boolean {
    for (let start = 0; start < end;) {
      const stop = data.indexOf(NEWLINE, start)
      const line = data.toString('utf8', start, stop)
      this.offset += stop + 1 - start
      start = stop + 1
      if (line !== '' && !onLine(line)) return false
    }
    return true
  }

  /** The last bytes before the offset, to recognise the file by. */
  landmark(): string {
    const length = Math.min(LANDMARK_BYTES, this.offset)
    const bytes = Buffer.alloc(length)
    const count = readSync(this.#fd, bytes, 0, length, this.offset - length)
    return bytes.toString('latin1', 0, count)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
