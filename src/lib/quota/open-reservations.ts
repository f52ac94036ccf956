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

  has(id: string): boolean {
    return this.get(id) !== undefined
  }

  get(id: string): OpenReservation | undefined {
    for (const entry of this.#bucket(id)) if (entry.id === id) return entry
    return undefined
  }

  /** `id` must not be in yet. */
  add(id: string, { account, also, at, sequence, probe }: OpenReservation): void {
    this.#bucket(id).push({ id, account, also, at, sequence, probe })
    this.#size += 1
  }

  delete(id: string): void {
    const bucket = this.#bucket(id)
    const place = bucket.findIndex((entry) => entry.id === id)
    const last = bucket.at(-1)
    if (place < 0 || last === undefined) return
    bucket[place] = last
    bucket.pop()
    this.#size -= 1
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

  #bucket(id: string): Entry[] {
    let hash = 0
    for (let index = 0; index < id.length; index += 1) hash = (hash * 31 + id.charCodeAt(index)) | 0
    return this.#buckets[hash & (BUCKETS - 1)]!
  }
}
