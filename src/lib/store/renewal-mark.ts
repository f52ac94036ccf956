import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { unwritable } from './documents/files/file-error.ts'
import { ensureFolder } from './home.ts'
import { liveness, thisProcess } from './locks/lock-owner.ts'
import type { LockOwner } from './locks/lock-owner.ts'

/** The state of the refresh token in the document, according to a mark. */
export interface MarkedRenewal {
  /** The process that used the token up. */
  pid: number
  /** A process that is alive may still store the renewed tokens. */
  isAlive: boolean
}

interface MarkText {
  /** The words have the same length, so that one replaces the other in place. */
  state: 'asked' | 'spent'
  credential: string
  owner: LockOwner
}

/** The block size of most file systems. */
const MARK_BYTES = 4096

/**
 * A file beside the lock of a login that guards its renewal on a disk that fills up. Before the request it proves by a write
 * that the renewed tokens will find room. After the answer it marks the old refresh token as used up, in a block that the
 * file already has. Used under the lock of the login.
 */
export class RenewalMark {
  readonly #file: string
  readonly #text: MarkText
  #descriptor: number | null

  private constructor(file: string, text: MarkText, descriptor: number) {
    this.#file = file
    this.#text = text
    this.#descriptor = descriptor
  }

  /**
   * `credential`: the sealed tokens that are to be renewed. `bytes`: what storing the new ones takes. Throws
   * `store_unwritable` where there is no such room.
   */
  static reserve(file: string, wanted: { credential: string; bytes: number; isSpent: boolean }): RenewalMark {
    try {
      ensureFolder(dirname(file))
      const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
      const state = wanted.isSpent ? 'spent' : 'asked'
      const text: MarkText = { state, credential: digestCredential(wanted.credential), owner: thisProcess() }
      const mark = new RenewalMark(file, text, descriptor)
      try {
        mark.#write()
        writeWhole(descriptor, randomBytes(wanted.bytes), MARK_BYTES) // chance does not compress
        fsyncSync(descriptor)
      } catch (error) {
        mark.end()
        throw error
      }
      return mark
    } catch (error) {
      throw unwritable(file, error)
    }
  }

  /** The server has answered with new tokens. Gives the room back to what stores them. Never throws: the tokens come first. */
  markSpent(): void {
    if (this.#descriptor === null) return
    this.#text.state = 'spent'
    try {
      this.#write()
      ftruncateSync(this.#descriptor, MARK_BYTES)
      fsyncSync(this.#descriptor)
    } catch {
      // The tokens may still be stored, and then no process needs the mark.
    }
    closeSync(this.#descriptor)
    this.#descriptor = null
  }

  /** The request brought no tokens: the mark says again what it said before. */
  end(): void {
    if (this.#descriptor === null) return
    if (this.#text.state === 'spent') ftruncateSync(this.#descriptor, MARK_BYTES)
    closeSync(this.#descriptor)
    this.#descriptor = null
    if (this.#text.state === 'asked') removeRenewalMark(this.#file)
  }

  #write(): void {
    writeWhole(this.#descriptor as number, Buffer.from(JSON.stringify(this.#text).padEnd(MARK_BYTES)), 0)
  }
}

/** The mark of these sealed tokens; null: their refresh token is not known to be used up. */
export function readRenewalMark(file: string, credential: string): MarkedRenewal | null {
  let text: MarkText
  try {
    text = JSON.parse(readFileSync(file).subarray(0, MARK_BYTES).toString()) as MarkText
  } catch {
    return null // there is none, or its writer died before the request
  }
  if (text.state !== 'spent' || text.credential !== digestCredential(credential)) return null
  return { pid: text.owner.pid, isAlive: liveness(text.owner) !== 'dead' }
}

/** The renewed tokens are stored. */
export function removeRenewalMark(file: string): void {
  rmSync(file, { force: true })
}

function digestCredential(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url')
}

function writeWhole(descriptor: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
}
