import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptItems } from '../account/kept-items.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** As long as OpenAI keeps responses (https://platform.openai.com/docs/guides/conversation-state, 2026-11). */
const LIFE_MS = 30 * 24 * 3_600_000
const MOST_ANSWERS = 4096
const MOST_BYTES = 128 << 20
const MOST_ANSWER_BYTES = 8 << 20
/** A process removes old files at its first answer, and then after so many. */
const ANSWERS_BETWEEN_SWEEPS = 256

/**
 * Keeps the items of answers, one file for each. The token of an answer is in the ids that its client got, and nowhere
 * else: the file's name is its hash, and the file is encrypted with a key made from it. So the folder alone
 * reveals nothing. All processes of a home share the folder. A lost file costs its client a refused reference.
 */
export class KeptItemFiles implements KeptItems {
  readonly #folder: string
  #untilSweep = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  put(token: string, owner: string, items: string, now: number): void {
    const plain = Buffer.from(items)
    if (plain.length > MOST_ANSWER_BYTES) return
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, deriveKey(token, owner), nonce, { authTagLength: TAG_BYTES })
    const data = Buffer.concat([cipher.update(plain), cipher.final()])
    const file = this.#file(token)
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      const draft = `${file}.${process.pid}`
      writeFileSync(draft, Buffer.concat([nonce, cipher.getAuthTag(), data]), { mode: 0o600 })
      renameSync(draft, file)
      if (this.#untilSweep-- <= 0) this.#sweep(now)
    } catch {
      // A full disk: the client's reference is refused later, with a hint.
    }
  }

  find(token: string, owner: string): string | null {
    try {
      const sealed = readFileSync(this.#file(token))
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv(ALGORITHM, deriveKey(token, owner), nonce, {
        authTagLength: TAG_BYTES,
      })
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const opened = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([opened, decipher.final()]).toString('utf8')
    } catch {
      return null // removed, damaged, or of another client key
    }
  }

  /** Removes files that are too old, and the oldest while there are too many. */
  #sweep(now: number): void {
    this.#untilSweep = ANSWERS_BETWEEN_SWEEPS
    const files = readdirSync(this.#folder)
      .map((name) => join(this.#folder, name))
      .map((file) => ({ file, stats: statSync(file, { throwIfNoEntry: false }) }))
      .flatMap(({ file, stats }) =>
        stats === undefined ? [] : [{ file, at: stats.mtimeMs, size: stats.size }],
      )
      .toSorted((one, other) => other.at - one.at)
    let bytes = 0
    for (const [index, { file, at, size }] of files.entries()) {
      bytes += size
      if (now - at > LIFE_MS || index >= MOST_ANSWERS || bytes > MOST_BYTES) rmSync(file, { force: true })
    }
  }

  #file(token: string): string {
    return join(this.#folder, hash('name', token).toString('hex'))
  }
}

/** The token is random, so a plain hash is enough. */
function deriveKey(token: string, owner: string): Buffer {
  return hash('key', token, owner)
}

function hash(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}
