import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { unwritable } from '../../../store/documents/files/file-error.ts'

/** A temporary file for an upload, 0600. It writes at once, so that a fast client cannot fill the memory. */
export class UploadFile {
  readonly path: string
  bytes = 0
  readonly #file: number

  /** Throws `store_unwritable`. */
  constructor(folder: string) {
    this.path = join(folder, `upload-${randomBytes(8).toString('hex')}.tmp`)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      this.#file = openSync(this.path, 'wx', 0o600)
    } catch (error) {
      throw unwritable(this.path, error)
    }
  }

  /** Throws `store_unwritable`. */
  write(chunk: Buffer): void {
    try {
      for (let done = 0; done < chunk.length;) done += writeSync(this.#file, chunk, done)
    } catch (error) {
      throw unwritable(this.path, error)
    }
    this.bytes += chunk.length
  }

  close(): void {
    closeSync(this.#file)
  }

  remove(): void {
    rmSync(this.path, { force: true })
  }
}
