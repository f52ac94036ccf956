import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptItems } from '../account/kept-items.ts'
import { sweepItems } from './sweep-items.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MOST_ANSWER_BYTES = 8 << 20
/** A process removes old files at its first answer, and then after so many. */
const ANSWERS_BETWEEN_SWEEPS = 256

/**
 * Keeps the items of answers, one file for each. The token of an answer is in the ids that its client got, and nowhere
 * else: the file's name has its hash, and the file is encrypted with a key made from it. So the folder alone
 * reveals how many answers each client key has, and nothing more. All processes of a home share the folder. A lost
 * file costs its client a refused reference.
 *
 * The client gets the end of its answer after the file is written. Another process may get its next request. The
 * removal of old files reads the whole folder, so it runs beside the requests.
 */
export class KeptItemFiles implements KeptItems {
  readonly #folder: string
  #isMade = false
  #untilSweep = 0
  #sweeping: Promise<void> | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  put(token: string, owner: string, items: string, now: number): void {
    if (Buffer.byteLength(items) > MOST_ANSWER_BYTES) return
    const file = join(this.#folder, nameFile(token, owner))
    const draft = `${file}.${process.pid}`
    try {
      if (!this.#isMade) mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      this.#isMade = true
      writeFileSync(draft, seal(token, owner, items), { mode: 0o600 })
      renameSync(draft, file)
    } catch {
      // A full disk, or a folder that was removed: the client's reference is refused later, with a hint.
      this.#isMade = false
    }
    if (this.#untilSweep-- <= 0) this.#sweep(now)
  }

  find(token: string, owner: string): string | null {
    return this.#read(nameFile(token, owner), token, owner) ?? this.#read(nameOldFile(token), token, owner)
  }

  /** Resolves once the removal of old files is done. */
  async settle(): Promise<void> {
    await this.#sweeping
  }

  #sweep(now: number): void {
    this.#untilSweep = ANSWERS_BETWEEN_SWEEPS
    this.#sweeping ??= sweepItems(this.#folder, now)
      .catch(() => undefined)
      .finally(() => (this.#sweeping = null))
  }

  #read(name: string, token: string, owner: string): string | null {
    try {
      return open(readFileSync(join(this.#folder, name)), token, owner)
    } catch {
      return null // removed, damaged, or of another client key
    }
  }
}

function seal(token: string, owner: string, items: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, deriveKey(token, owner), nonce, { authTagLength: TAG_BYTES })
  const data = [cipher.update(items, 'utf8'), cipher.final()]
  return Buffer.concat([nonce, cipher.getAuthTag(), ...data])
}

/** Throws for a file that is damaged, or that another client key has. */
function open(sealed: Buffer, token: string, owner: string): string {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(ALGORITHM, deriveKey(token, owner), nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const opened = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([opened, decipher.final()]).toString('utf8')
}

/** The part before the dash is the owner's, so that each client key has its own share of the folder. */
function nameFile(token: string, owner: string): string {
  return `${hash('owner', owner).toString('hex').slice(0, 16)}-${nameOldFile(token)}`
}

/** The name of a file from before its owner was in it. */
function nameOldFile(token: string): string {
  return hash('name', token).toString('hex')
}

/** The token is random, so a plain hash is enough. */
function deriveKey(token: string, owner: string): Buffer {
  return hash('key', token, owner)
}

function hash(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}
