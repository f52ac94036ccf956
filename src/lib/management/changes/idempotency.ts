import { createHash } from 'node:crypto'
import { QwenctlError } from '../../base/errors.ts'
import { AnswerMemory } from './answer-memory.ts'
import type { Sent } from '../run-route.ts'

const KEY = /^[\x21-\x7e]{1,255}$/

/** The caller of a request, and what it asks. */
interface Scope {
  /** Null: the administrator. */
  user: string | null
  route: string
  body: unknown
}

/**
 * Repeated requests with one `Idempotency-Key` get the first answer, and act once. Answers are kept in memory for a
 * day, because the answer to a new client key holds its secret. A request that failed may be repeated.
 */
export class Idempotency {
  readonly #answers: AnswerMemory

  constructor(clock: () => number) {
    this.#answers = new AnswerMemory(clock)
  }

  /** Throws `invalid_value` for a key of another form, or one that was used with another body. */
  async run(key: string, { user, route, body }: Scope, act: () => Promise<Sent>): Promise<Sent> {
    if (!KEY.test(key)) throw refused('must have 1 to 255 visible ASCII characters')
    const name = digest([user, route, key])
    const print = digest(body ?? null)
    const before = this.#answers.get(name)
    if (before !== undefined) {
      if (before.print !== print) throw refused('was used with another body')
      const { status, value, headers } = await before.answer
      return { status, value, headers: { ...headers, 'idempotency-replayed': 'true' } }
    }
    const answer = act()
    this.#answers.add(name, { user, print, answer })
    try {
      const sent = await answer
      this.#answers.settle(name, JSON.stringify(sent.value).length)
      return sent
    } catch (error) {
      this.#answers.delete(name)
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
