import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Adapter } from 'lowdb'
import { QwenctlError } from '../../../base/errors.ts'
import { writeAtomically } from './atomic-write.ts'
import { decodeDocument, formatTooNew, stampDocument } from '../document-text.ts'
import type { DecodedDocument, DocumentFormat } from '../document-text.ts'
import { readErrno } from '../../../base/errno.ts'
import { unreadable } from './file-error.ts'
import { quarantine } from './quarantine.ts'
import { readRegularFile } from './regular-file.ts'

/** A file's identity and state; differs after every replacement, and after every change in place. */
export function fileSignature(file: string): string {
  try {
    return formatSignature(statSync(file, { bigint: true }))
  } catch {
    return MISSING // or inaccessible; the read reports why
  }
}

const MISSING = 'missing'
// By then, an editor that writes in place has finished.
const SECOND_LOOK_MS = 100

function formatSignature(stat: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint }): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`
}

/** The content of the text, regardless of its layout. */
function normalText(text: string, format: DocumentFormat): string | null {
  const decoded = decodeDocument(text, format)
  return decoded.state === 'good' ? JSON.stringify(decoded.data) : null
}

interface Snapshot {
  /** Null: there is no such file. */
  text: string | null
  signature: string
}

/**
 * The lowdb adapter for one document on disk, for one operation. lowdb's own adapters share one temporary name
 * among all processes, and sync nothing. They also reset the mode to 0644, replace a symbolic link, and keep to
 * memory under NODE_ENV=test. A damaged file is copied to a quarantine name and stays in its place. Without it, the
 * next run would see an empty store and overwrite repairable data. Only the owner can decide to start over.
 */
export class JsonFile<T extends object> implements Adapter<T> {
  /** The signature at the last read. */
  signature = MISSING
  readonly #file: string
  readonly #kind: string
  readonly #format: DocumentFormat
  #before: { text: string; version: number } | null = null

  constructor(file: string, kind: string, format: DocumentFormat) {
    this.#file = file
    this.#kind = kind
    this.#format = format
  }

  /** Null: there is no file yet. */
  async read(): Promise<T | null> {
    const [snapshot, decoded] = await this.#settledRead()
    this.signature = snapshot.signature
    if (decoded === null || snapshot.text === null) return null
    if (decoded.state === 'too-new') throw this.#tooNew(decoded)
    if (decoded.state === 'damaged') throw this.#damaged(decoded.reason)
    this.#before = { text: snapshot.text, version: decoded.version }
    return decoded.data as T
  }

  /** Writes the changes since `read`, and keeps the previous version. The caller holds the lock. */
  async write(data: T): Promise<void> {
    const before = this.#before
    const stamped = stampDocument(data, this.#format)
    if (before !== null && before.version !== this.#format.version) {
      await writeAtomically(`${this.#file}.v${before.version}.bak`, before.text)
    } else if (before !== null && JSON.stringify(stamped) === normalText(before.text, this.#format)) return
    const ordered = Object.assign({ version: 0 }, stamped)
    await writeAtomically(this.#file, `${JSON.stringify(ordered, null, 2)}\n`, { keepPrevious: true })
  }

  async #settledRead(): Promise<[Snapshot, DecodedDocument | null]> {
    const first = this.#snapshot()
    const decoded = this.#decode(first)
    if (decoded?.state !== 'damaged') return [first, decoded]
    await delay(SECOND_LOOK_MS)
    const second = this.#snapshot()
    return [second, this.#decode(second)]
  }

  #decode(snapshot: Snapshot): DecodedDocument | null {
    return snapshot.text === null ? null : decodeDocument(snapshot.text, this.#format)
  }

  #snapshot(): Snapshot {
    try {
      const { text, stats } = readRegularFile(this.#file)
      return { text, signature: formatSignature(stats) }
    } catch (error) {
      if (readErrno(error) === 'ENOENT') return { text: null, signature: MISSING }
      throw unreadable(this.#file, error)
    }
  }

  #tooNew(found: Extract<DecodedDocument, { state: 'too-new' }>): QwenctlError {
    const words = formatTooNew(found, this.#format)
    return new QwenctlError('store_too_new', `the ${this.#kind} ${this.#file} ${words}`)
  }

  #damaged(reason: string): QwenctlError {
    const copy = quarantine(this.#file)
    const kept = copy === null ? 'it is left as it is' : `it is left as it is, with a copy in ${copy}`
    return new QwenctlError('store_corrupt', `the ${this.#kind} ${this.#file} ${reason}; ${kept}`, {
      hint: this.#repairHint(),
      details: { file: this.#file, quarantine: copy },
    })
  }

  #repairHint(): string {
    const [copy, move] = process.platform === 'win32' ? ['copy', 'move'] : ['cp', 'mv']
    const backup = `${this.#file}.bak`
    if (this.#isGood(backup)) {
      return `${copy} "${backup}" "${this.#file}" brings back the version before the last change`
    }
    return `repair it by hand, or start with an empty one: ${move} "${this.#file}" "${this.#file}.damaged"`
  }

  #isGood(file: string): boolean {
    try {
      return decodeDocument(readRegularFile(file).text, this.#format).state === 'good'
    } catch {
      return false // the file does not exist
    }
  }
}
