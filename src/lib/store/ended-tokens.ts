import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeAtomically } from './documents/files/atomic-write.ts'
import { readStoreFile } from './documents/files/read-store-file.ts'
import { ensureFolder } from './home.ts'
import { withLock } from './locks/lock.ts'

const LINE = /^([A-Za-z0-9_-]{43}) ([0-9a-z]{1,11})$/

/**
 * Tokens that ended before their expiry, such as a session after a sign-out. The file has a line for each: its hash
 * and its expiry. Expired lines are dropped at the next change.
 */
export class EndedTokens {
  readonly #file: string
  readonly #clock: () => number
  #known = new Map<string, number>()
  #stamp = ''

  constructor(file: string, clock: () => number) {
    this.#file = file
    this.#clock = clock
  }

  /** `digest`: that of `digestToken`. */
  has(digest: string): boolean {
    this.#readAgain()
    return this.#known.has(digest)
  }

  /** `digest`: that of `digestToken`. `expiresAt`: epoch milliseconds. */
  async add(digest: string, expiresAt: number): Promise<void> {
    ensureFolder(dirname(this.#file))
    await withLock(this.#file, async () => {
      const now = this.#clock()
      const kept = [...parse(readStoreFile(this.#file) ?? '')].filter(([, end]) => end > now)
      const lines = [...kept, [digest, expiresAt] as const].map(
        ([name, end]) => `${name} ${end.toString(36)}\n`,
      )
      await writeAtomically(this.#file, lines.join(''))
    })
  }

  #readAgain(): void {
    const facts = statSync(this.#file, { throwIfNoEntry: false, bigint: true })
    const stamp = facts === undefined ? '' : `${facts.ino} ${facts.mtimeNs} ${facts.size}`
    if (stamp === this.#stamp) return
    this.#known = parse(readStoreFile(this.#file) ?? '')
    this.#stamp = stamp
  }
}

function parse(text: string): Map<string, number> {
  const found = text.split('\n').flatMap((line) => {
    const [, name, end] = LINE.exec(line) ?? []
    return name === undefined || end === undefined ? [] : [[name, Number.parseInt(end, 36)] as const]
  })
  return new Map(found)
}

/** SHA-256 in base64url: the file must not hold a token. */
export function digestToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
