import { createHash } from 'node:crypto'
import { QwenctlError } from '../base/errors.ts'
import { RecentMap } from '../rotation/pool/recent-map.ts'

const KEPT_MS = 24 * 3_600_000
const MOST_KEPT = 2000
const KEY = /^[\x21-\x7e]{1,255}$/

/** An answer as sent. */
export interface Sent {
  status: number
  value: unknown
  headers: Record<string, string>
}

interface Entry {
  /** The hash of the body. */
  print: string
  at: number
  answer: Promise<Sent>
}

/**
 * Repeated requests with one `Idempotency-Key` get the first answer, and act once. Answers are kept in memory for a
 * day, because the answer to a new client key holds its secret. A request that failed may be repeated.
 */
export class Idempotency {
  readonly #clock: () => number
  readonly #entries = new RecentMap<string, Entry>(MOST_KEPT)

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /**
   * `scope`: the caller and the route. Throws `invalid_value` for a key of another form, or one that was used with another
   * body.
   */
  async run(
    key: string,
    { scope, body }: { scope: string; body: unknown },
    act: () => Promise<Sent>,
  ): Promise<Sent> {
    if (!KEY.test(key)) throw refused('must have 1 to 255 visible ASCII characters')
    const name = digest([scope, key])
    const print = digest(body ?? null)
    const before = this.#entries.get(name)
    if (before !== undefined && this.#clock() - before.at < KEPT_MS) {
      if (before.print !== print) throw refused('was used with another body')
      const { status, value, headers } = await before.answer
      return { status, value, headers: { ...headers, 'idempotency-replayed': 'true' } }
    }
    const answer = act()
    this.#entries.set(name, { print, at: this.#clock(), answer })
    try {
      return await answer
    } catch (error) {
      this.#entries.delete(name)
      throw error
    }
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url')
}

function refused(words: string): QwenctlError {
  return new QwenctlError('invalid_value', `the Idempotency-Key ${words}`, {
    hint: 'use a new random key for each new request',
    details: { field: 'Idempotency-Key' },
  })
}
