import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { unwritable } from '../../../store/documents/files/file-error.ts'

interface Waiting {
  bytes: Buffer
  resolve: (end: number) => void
  reject: (error: unknown) => void
}

/**
 * A file that only grows, and reports a write only when the disk has it. Writes that come together share one sync.
 * A write that fails leaves the file as it was.
 */
export class AppendFile {
  readonly path: string
  readonly #handle: FileHandle
  #size: number
  #waiting: Waiting[] = []
  #flushing: Promise<void> | null = null

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path
    this.#handle = handle
    this.#size = size
  }

  /** Opens or creates the file, 0600. Throws `store_unwritable`. */
  static async open(path: string): Promise<AppendFile> {
    try {
      const handle = await open(path, 'a+', 0o600)
      await handle.close()
      const writer = await open(path, 'r+')
      return new AppendFile(path, writer, (await writer.stat()).size)
    } catch (error) {
      throw unwritable(path, error)
    }
  }

  get size(): number {
    return this.#size
  }

  /** Removes everything after `size`: the unfinished write of a killed process. */
  async cutTo(size: number): Promise<void> {
    if (size >= this.#size) return
    try {
      await this.#handle.truncate(size)
    } catch (error) {
      throw unwritable(this.path, error)
    }
    this.#size = size
  }

  /** Resolves to the end of the written text, once it is on disk. Throws `store_unwritable`. */
  append(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#handle.close()
  }

  async #flush(): Promise<void> {
    await Promise.resolve() // all appends of this turn of the event loop share one write
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      await this.#write(batch)
    }
    this.#flushing = null
  }

  async #write(batch: Waiting[]): Promise<void> {
    const start = this.#size
    try {
      const bytes = Buffer.concat(batch.map((each) => each.bytes))
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, start + done)
        done += bytesWritten
      }
      await this.#handle.datasync()
      for (const each of batch) each.resolve((this.#size += each.bytes.length))
    } catch (error) {
      this.#size = start
      await this.#handle.truncate(start).catch(() => undefined) // the next `open` truncates the file
      const reason = unwritable(this.path, error)
      for (const each of batch) each.reject(reason)
    }
  }
}
