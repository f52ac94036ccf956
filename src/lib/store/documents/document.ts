import { Low } from 'lowdb'
import { QwenctlError } from '../../base/errors.ts'
import type { DocumentFormat, Migration } from './document-text.ts'
import { JsonFile, fileSignature } from './json-file.ts'
import { linkTarget } from './link-target.ts'
import { withLock } from '../locks/lock.ts'
import type { LockOptions } from '../locks/lock.ts'

export type { Migration }

export interface DocumentOptions<T> {
  file: string
  /** The name in messages: `account store`. */
  kind: string
  /** The version that this program writes. */
  version: number
  /** Makes the content of a home without the file; called each time. */
  empty: () => T
  /** A migration for each version after the first known. */
  migrations?: Migration[]
  /** Describes a fault of the data in words; null: none. */
  validate?: (data: unknown) => string | null
  lock?: LockOptions
}

/**
 * A JSON document that many processes share. Nothing is kept in memory between calls. Fields that this program does
 * not know survive a change. Throws `store_corrupt`, `store_too_new`, `store_unwritable` and `store_locked`.
 */
export class JsonDocument<T extends object> {
  readonly file: string
  readonly #options: DocumentOptions<T>
  readonly #format: DocumentFormat
  #seen: string | null = null

  constructor(options: DocumentOptions<T>) {
    this.file = options.file
    this.#options = options
    this.#format = { version: options.version, migrations: options.migrations, validate: options.validate }
  }

  /** Reads the present document, without waiting: writers replace the file as a whole. */
  async read(): Promise<T> {
    const { low, adapter } = this.#open()
    await low.read()
    this.#seen = adapter.signature
    return low.data
  }

  /**
   * Applies a change to the newest data, exclusively among all processes, and writes it. Returns what `change`
   * returns. When `change` throws, or changes nothing, nothing is written. Not for use inside a change.
   */
  async update<R>(change: (data: T) => R | Promise<R>): Promise<R> {
    return withLock(
      this.file,
      async () => {
        const { low } = this.#open()
        await low.read()
        const result = await change(low.data)
        this.#check(low.data)
        await low.write()
        return result
      },
      this.#options.lock,
    )
  }

  /** Whether the file has changed since `read` (also by this object's own `update`), or was never read. */
  isStale(): boolean {
    return this.#seen !== fileSignature(this.file)
  }

  #open(): { low: Low<T>; adapter: JsonFile<T> } {
    const adapter = new JsonFile<T>(linkTarget(this.file), this.#options.kind, this.#format)
    return { adapter, low: new Low<T>(adapter, this.#options.empty()) }
  }

  /** Data that a later read would refuse must not be written. */
  #check(data: T): void {
    const problem = this.#options.validate?.(data) ?? null
    if (problem === null) return
    throw new QwenctlError('internal', `a change to the ${this.#options.kind} was not written: ${problem}`)
  }
}
