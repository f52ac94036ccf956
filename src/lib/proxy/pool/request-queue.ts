import type { Pool } from '../../rotation/pool/pool.ts'
import type { RotationRequest, RotationView } from '../../rotation/rotation-request.ts'

/**
 * `go`: an account may serve it now; `late`: none will in time; `full`: too many wait; `gone`: the client has
 * left.
 */
export type WaitEnd = 'go' | 'late' | 'full' | 'gone' | 'draining'

export interface WaitingRequest {
  /** The requirements on the pool. Among requests of one kind, the first to arrive leaves first. */
  wanted: readonly RotationRequest[]
  kind: string
  /** Position in the order of arrival. */
  place: number
  /** Epoch milliseconds of the ledger's clock. */
  until: number
  /** Accounts that seem free before this time have too little left for the request; epoch milliseconds. */
  notBefore?: number
  /** Called a few times a second during the wait. */
  onTick: (now: number) => void
}

interface Waiter extends WaitingRequest {
  end: (why: WaitEnd) => void
}

/** While a request waits, the ledger and the clock are checked this often. */
const TICK_MS = 25

/**
 * When a place becomes free with time, the first request leaves this much later, in real time. The requests before it
 * reached the provider later than the ledger counted them, so the provider's window ends later too.
 */
export const MARGIN_MS = 150

export interface RequestQueueParts {
  pool: () => Pool
  view: RotationView
  /** Reads what other processes have written to the ledger. */
  refresh: () => void
  /** Milliseconds of a clock that never jumps. */
  monotonic?: () => number
}

/**
 * Requests that wait until an account returns, in order of arrival. A request may leave when its time has
 * come or the ledger has moved (a reset, a request that ended). The queue checks both itself. One request
 * leaves at a time and reports when its reservation is in the ledger. A single free place therefore does not
 * wake all of them.
 */
export class RequestQueue {
  /** Most requests that may wait. */
  most = Infinity
  /** How long a request waits if its client does not say, and the most that its client may ask for. */
  waitMs = 0
  maxWaitMs = 0
  readonly #parts: RequestQueueParts
  #waiters: Waiter[] = []
  #places = 0
  /** The request that has left and has not reserved yet. */
  #going: Waiter | null = null
  #timer: NodeJS.Timeout | null = null
  /**
   * The last check of the queue. Nothing changes until the ledger moves or the time comes. `leaveBy`: a later leave
   * would be late.
   */
  #seen: { sequence: number; nextAt: number; leaveBy: number } | null = null
  /** The monotonic time at which the time of `#seen` had come; null: it has not. */
  #dueSince: number | null = null
  readonly #monotonic: () => number
  #isClosed = false

  constructor(parts: RequestQueueParts) {
    this.#parts = parts
    this.#monotonic = parts.monotonic ?? (() => performance.now())
  }

  get size(): number {
    return this.#waiters.length
  }

  nextPlace(): number {
    return ++this.#places
  }

  /** Whether a request of this kind waits or is just leaving. A new request must queue behind it. */
  hasQueueFor(kind: string): boolean {
    return this.#going?.kind === kind || this.#waiters.some((waiter) => waiter.kind === kind)
  }

  /** Waits. `leave` receives a function that ends the wait early, for when the client goes. */
  enter(request: WaitingRequest, leave: (end: () => void) => void): Promise<WaitEnd> {
    if (this.#isClosed) return Promise.resolve('draining')
    if (this.#waiters.length >= this.most) return Promise.resolve('full')
    return new Promise((resolve) => {
      const waiter: Waiter = {
        ...request,
        end: (why) => {
          this.#waiters = this.#waiters.filter((other) => other !== waiter)
          if (this.#waiters.length === 0) this.#sleep()
          resolve(why)
        },
      }
      const after = this.#waiters.findIndex(({ place }) => place > waiter.place)
      this.#waiters.splice(after < 0 ? this.#waiters.length : after, 0, waiter)
      this.#seen = null
      leave(() => waiter.end('gone'))
      this.#timer ??= setInterval(() => this.#tick(), TICK_MS)
    })
  }

  /** The request that left has reserved, or has found no account after all. The next may be checked. */
  onReserved(place: number): void {
    if (this.#going?.place !== place) return
    this.#going = null
    this.#seen = null
    this.#letGo()
  }

  /** Ends all waits, now and later. */
  close(): void {
    this.#isClosed = true
    for (const waiter of [...this.#waiters]) waiter.end('draining')
  }

  #tick(): void {
    const { view, refresh } = this.#parts
    refresh()
    const { now } = view
    for (const waiter of [...this.#waiters]) {
      if (now >= waiter.until) waiter.end('late')
      else waiter.onTick(now)
    }
    this.#letGo()
  }

  /** Releases the first request that an account can serve, and ends waits that would be in vain. */
  #letGo(): void {
    const { sequence } = this.#parts.view.state
    const { now } = this.#parts.view
    if (this.#going !== null) return
    if (this.#seen?.sequence === sequence && (now < this.#seen.nextAt || this.#isTooSoon(now))) return
    this.#dueSince = null
    let nextAt = Infinity
    let leaveBy = Infinity
    const kinds = new Set<string>()
    for (const waiter of [...this.#waiters]) {
      if (kinds.has(waiter.kind)) continue
      const at = this.#returnFor(waiter)
      if (at <= now) {
        this.#going = waiter
        return waiter.end('go')
      }
      // Requests of the same kind behind it may wait longer, and are checked separately.
      if (at > waiter.until) waiter.end('late')
      else kinds.add(waiter.kind)
      nextAt = Math.min(nextAt, at)
      leaveBy = Math.min(leaveBy, waiter.until - 2 * TICK_MS)
    }
    this.#seen = { sequence, nextAt, leaveBy }
  }

  /** Whether the margin after a free place has not passed yet. The margin makes no request late. */
  #isTooSoon(now: number): boolean {
    this.#dueSince ??= this.#monotonic()
    return this.#monotonic() - this.#dueSince < MARGIN_MS && now < (this.#seen?.leaveBy ?? 0)
  }

  #returnFor({ wanted, notBefore = 0 }: Waiter): number {
    const { pool, view } = this.#parts
    let first = Infinity
    for (const request of wanted)
      first = Math.min(first, pool().earliestReturn(request, view)?.at ?? Infinity)
    return Math.max(first, notBefore)
  }

  #sleep(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }
}
