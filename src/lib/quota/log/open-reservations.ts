export interface OpenReservation {
  account: string
  /** The other subjects that count this reservation. */
  also: string[]
  /** The subjects of `also` that were charged; missing: all. */
  charged?: string[] | undefined
  /** Epoch milliseconds. */
  at: number
  /** The ledger's sequence at the grant. */
  sequence: number
  /** The cooldowns that the request probes, as `subject model`; missing: none. */
  probe?: string[] | undefined
}

/** An entry of a hash bucket. The chain is kept apart, so a copied or stored entry holds the reservation alone. */
class Entry implements OpenReservation {
  readonly id: string
  readonly account: string
  readonly also: string[]
  readonly charged: string[] | undefined
  readonly at: number
  readonly sequence: number
  readonly probe: string[] | undefined
  #next: Entry | null

  constructor(
    id: string,
    { account, also, charged, at, sequence, probe }: OpenReservation,
    next: Entry | null,
  ) {
    this.id = id
    this.account = account
    this.also = also
    this.charged = charged
    this.at = at
    this.sequence = sequence
    this.probe = probe
    this.#next = next
  }

  /** The next entry of the same bucket. */
  get next(): Entry | null {
    return this.#next
  }

  set next(entry: Entry | null) {
    this.#next = entry
  }
}

const BUCKETS = 1024
const HASHED = 4

/**
 * Reservations in flight, by id. Every request adds one entry and removes it again. A `Map` would rebuild its table
 * over and over, and each outgrown table delays the collection of the next. Lists that become empty would allocate
 * and free their memory each time. Here the buckets stay, and only entries change.
 */
export class OpenReservations {
  readonly #buckets = new Array<Entry | null>(BUCKETS).fill(null)
  #size = 0

  get size(): number {
    return this.#size
  }

  get(id: string): OpenReservation | undefined {
    let entry = this.#firstIn(hashId(id))
    while (entry !== null && entry.id !== id) entry = entry.next
    return entry ?? undefined
  }

  /** Returns false when a reservation of this id is already present; that one is kept. */
  add(id: string, reservation: OpenReservation): boolean {
    if (this.get(id) !== undefined) return false
    const bucket = hashId(id)
    this.#buckets[bucket] = new Entry(id, reservation, this.#firstIn(bucket))
    this.#size += 1
    return true
  }

  /** Removes a reservation; undefined: there is none of this id. */
  take(id: string): OpenReservation | undefined {
    const bucket = hashId(id)
    let before: Entry | null = null
    let entry = this.#firstIn(bucket)
    while (entry !== null && entry.id !== id) {
      before = entry
      entry = entry.next
    }
    if (entry === null) return undefined
    if (before === null) this.#buckets[bucket] = entry.next
    else before.next = entry.next
    this.#size -= 1
    return entry
  }

  #firstIn(bucket: number): Entry | null {
    return this.#buckets[bucket] ?? null
  }

  /** Entries in no particular order. */
  *entries(): Generator<Entry> {
    if (this.#size === 0) return
    for (const first of this.#buckets) for (let entry = first; entry !== null; entry = entry.next) yield entry
  }

  /** `entries` without the cost of a generator, for frequent callers. */
  forEach(visit: (entry: Entry) => void): void {
    if (this.#size === 0) return
    for (const first of this.#buckets)
      for (let entry = first; entry !== null; entry = entry.next) visit(entry)
  }
}

/** Hashes the end of the id, which is a running number. The part before is the same for a whole process. */
function hashId(id: string): number {
  let hash = 0
  for (let index = Math.max(0, id.length - HASHED); index < id.length; index += 1)
    hash = (hash * 31 + id.charCodeAt(index)) | 0
  return hash & (BUCKETS - 1)
}
