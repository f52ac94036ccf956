import type { Sent } from '../run-route.ts'

const KEPT_MS = 24 * 3_600_000
/** The most bytes of answers in memory, and the most of one user. */
const MOST_BYTES = 16 << 20
const MOST_BYTES_OF_USER = 2 << 20
/** The least that an answer counts: small ones cost memory too. */
const LEAST_BYTES = 2 << 10

interface Kept {
  user: string | null
  /** The hash of the body of the request. */
  print: string
  answer: Promise<Sent>
}

interface Entry extends Kept {
  at: number
  bytes: number
  isSettled: boolean
}

/** Answers of a day, within a share of memory for each user: no user can push out the answers of another alone. */
export class AnswerMemory {
  readonly #clock: () => number
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>()
  readonly #bytesByUser = new Map<string | null, number>()
  #bytes = 0

  constructor(clock: () => number) {
    this.#clock = clock
  }

  get(name: string): Kept | undefined {
    this.#dropExpired()
    return this.#entries.get(name)
  }

  /** Adds the answer of a request that has begun. It stays at least until `settle`. */
  add(name: string, kept: Kept): void {
    this.#entries.set(name, { ...kept, at: this.#clock(), bytes: LEAST_BYTES, isSettled: false })
    this.#count(kept.user, LEAST_BYTES)
  }

  /** Counts an answer of this size, and drops older ones that are now too many. */
  settle(name: string, size: number): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    const bytes = Math.max(LEAST_BYTES, size)
    this.#count(entry.user, bytes - entry.bytes)
    Object.assign(entry, { bytes, isSettled: true })
    this.#dropOldest(name, entry.user)
  }

  delete(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    this.#count(entry.user, -entry.bytes)
  }

  #count(user: string | null, bytes: number): void {
    this.#bytes += bytes
    const ofUser = (this.#bytesByUser.get(user) ?? 0) + bytes
    if (ofUser > 0) this.#bytesByUser.set(user, ofUser)
    else this.#bytesByUser.delete(user)
  }

  #dropExpired(): void {
    const end = this.#clock() - KEPT_MS
    for (const [name, { at, isSettled }] of this.#entries) {
      if (at > end) return
      if (isSettled) this.delete(name)
    }
  }

  /** The newest answer stays, whatever its size: its client may be about to repeat the request. */
  #dropOldest(newest: string, user: string | null): void {
    const isFull = () => this.#bytes > MOST_BYTES
    const isShareFull = () => (this.#bytesByUser.get(user) ?? 0) > MOST_BYTES_OF_USER
    for (const [name, entry] of this.#entries) {
      if (!isFull() && !isShareFull()) return
      if (name === newest || !entry.isSettled) continue
      if (isFull() || (entry.user === user && isShareFull())) this.delete(name)
    }
  }
}
