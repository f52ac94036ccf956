import { Low } from 'lowdb'
import { QwenctlError } from '../../base/errors.ts'
import type { DocumentFormat, Features, Migration } from './document-text.ts'
import { decodeDocument, formatTooNew, stampDocument } from './document-text.ts'
import { JsonFile, fileSignature } from './files/json-file.ts'
import { linkTarget } from './files/link-target.ts'
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
  /** The features that a program must know to honour the data: see `Features`. */
  features?: Features
  lock?: LockOptions
  /** Lets equal values of parsed data share their memory, for data that is kept. */
  share?: (data: T) => void
  /** The place of the document in a shared store; null: it is the file. */
  shared?: () => Promise<SharedDocument | null>
}

/** A document in a shared store: a text with a revision. */
export interface SharedDocument {
  read(): Promise<{ revision: string; text: string | null }>
  /** The revision alone, as `read` gives it. */
  readRevision(): Promise<string>
  /** False: the revision is no longer the present one, and nothing was written. */
  write(revision: string, text: string): Promise<boolean>
  /** Runs the action while no other process runs one for this document. */
  exclusively<R>(action: () => Promise<R>): Promise<R>
}

const SHARED_ATTEMPTS = 5

function toText(data: object): string {
  return JSON.stringify(data)
}

/**
 * A JSON document that many processes share. Only `readKept` keeps data in memory between calls. Fields that this
 * program does not know survive a change. Throws `store_corrupt`, `store_too_new`, `store_unwritable` and `store_locked`.
 */
export class JsonDocument<T extends object> {
  readonly file: string
  readonly #options: DocumentOptions<T>
  readonly #format: DocumentFormat
  /** The data of the last `readKept`, with what identifies its version. */
  #kept: { version: string; data: T } | null = null

  constructor(options: DocumentOptions<T>) {
    this.file = options.file
    this.#options = options
    const { version, migrations, validate, features } = options
    this.#format = { version, migrations, validate, features }
  }

  /** Reads the present document, without waiting: writers replace the file as a whole. */
  async read(): Promise<T> {
    const shared = await this.#options.shared?.()
    return (await this.#readWithVersion(shared ?? null)).data
  }

  /**
   * The present document for a process that reads it again and again. As long as it does not change, this is the same
   * object, which callers must not change.
   */
  async readKept(): Promise<T> {
    const shared = await this.#options.shared?.()
    const kept = this.#kept
    if (kept !== null && kept.version === (await this.#readVersion(shared ?? null))) return kept.data
    const { data, version } = await this.#readWithVersion(shared ?? null)
    this.#options.share?.(data)
    this.#kept = { version, data }
    return data
  }

  async #readVersion(shared: SharedDocument | null): Promise<string> {
    return shared === null ? fileSignature(this.file) : `revision ${await shared.readRevision()}`
  }

  async #readWithVersion(shared: SharedDocument | null): Promise<{ data: T; version: string }> {
    if (shared !== null) {
      const { data, revision } = await this.#readShared(shared)
      return { data, version: `revision ${revision}` }
    }
    const { low, adapter } = this.#open()
    await low.read()
    return { data: low.data, version: adapter.signature }
  }

  /**
   * Applies a change to the newest data, exclusively among all processes, and writes it. Returns what `change`
   * returns. When `change` throws, or changes nothing, nothing is written. Not for use inside a change.
   */
  async update<R>(change: (data: T) => R | Promise<R>): Promise<R> {
    const shared = await this.#options.shared?.()
    if (shared) return shared.exclusively(() => this.#updateShared(shared, change))
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

  async #readShared(shared: SharedDocument): Promise<{ data: T; revision: string; before: string }> {
    const { kind, empty } = this.#options
    const { revision, text } = await shared.read()
    if (text === null) return { data: empty(), revision, before: '' }
    const decoded = decodeDocument(text, this.#format)
    if (decoded.state === 'good') return { data: decoded.data as T, revision, before: toText(decoded.data) }
    if (decoded.state === 'damaged')
      throw new QwenctlError('store_corrupt', `the ${kind} in the store ${decoded.reason}`, {
        hint: 'restore the Redis data from its backup, or qwenctl accounts restore FILE',
      })
    const words = formatTooNew(decoded, this.#format)
    throw new QwenctlError('store_too_new', `the ${kind} in the store ${words}`)
  }

  /** The lock avoids repeated changes. After the lock has expired, only the revision prevents a lost change. */
  async #updateShared<R>(shared: SharedDocument, change: (data: T) => R | Promise<R>): Promise<R> {
    for (let attempt = 0; attempt < SHARED_ATTEMPTS; attempt += 1) {
      const { data, revision, before } = await this.#readShared(shared)
      const result = await change(data)
      this.#check(data)
      const text = toText(stampDocument(data, this.#format))
      if (text === before || (await shared.write(revision, text))) return result
    }
    throw new QwenctlError('store_locked', `other processes change the ${this.#options.kind} all the time`)
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
