export interface OpenReservation {
  account: string
  /** Other subjects that it counts against. */
  also: string[]
  /** Epoch milliseconds. */
  at: number
  /** The ledger's sequence at its grant. */
  sequence: number
  /** The cooldowns that it tests, each `subject model`; missing: none. */
  probe?: string[] | undefined
}

type Entry = OpenReservation & { id: string }

const BUCKETS = 1024
const HASHED = 4

/**
 * Reservations in flight, by id. Every request puts one in and takes it out: a `Map` would rebuild its table over and
 * over, and each outgrown table keeps the next one from being collected. Here the buckets stay and only entries change.
 */
export class OpenReservations {
  readonly #buckets: Entry[][] = Array.from({ length: BUCKETS }, () => [])
  #size = 0

  get size(): number {
    return this.#size
  }

  get(id: string): OpenReservation | undefined {
    for (const entry of this.#bucket(id)) if (entry.id === id) return entry
    return undefined
  }

  /** False: a reservation of this id is in already, and stays. */
  add(id: string, { account, also, at, sequence, probe }: OpenReservation): boolean {
    const bucket = this.#bucket(id)
    for (const entry of bucket) if (entry.id === id) return false
    bucket.push({ id, account, also, at, sequence, probe })
    this.#size += 1
    return true
  }

  /** Takes one out; undefined: it is not in. */
  take(id: string): OpenReservation | undefined {
    const bucket = this.#bucket(id)
    for (let place = 0; place < bucket.length; place += 1) {
      const entry = bucket[place]!
      if (entry.id !== id) continue
      const last = bucket.pop()!
      if (last !== entry) bucket[place] = last
      this.#size -= 1
      return entry
    }
    return undefined
  }

  /** In no particular order. */
  *entries(): Generator<Entry> {
    if (this.#size === 0) return
    for (const bucket of this.#buckets) yield* bucket
  }

  /** `entries` without what a generator costs, for those who ask often. */
  forEach(visit: (entry: Entry) => void): void {
    if (this.#size === 0) return
    for (const bucket of this.#buckets) for (const entry of bucket) visit(entry)
  }

  /** By the end of the id, a running number: what comes before is the same for all of a process. */
  #bucket(id: string): Entry[] {
    let hash = 0
    for (let index = Math.max(0, id.length - HASHED); index < id.length; index += 1)
      hash = (hash * 31 + id.charCodeAt(index)) | 0
    return this.#buckets[hash & (BUCKETS - 1)]!
  }
}
