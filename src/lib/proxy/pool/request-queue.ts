import type { Pool } from '../../rotation/pool/pool.ts'
import type { RotationRequest, RotationView } from '../../rotation/rotation-request.ts'

/** `go`: somebody may serve it now; `late`: nobody will in time; `full`: too many wait; `gone`: its client has left. */
export type WaitEnd = 'go' | 'late' | 'full' | 'gone' | 'draining'

export interface WaitingRequest {
  /** What it asks of the pool; of two that ask the same, the one that came first goes first. */
  wanted: readonly RotationRequest[]
  kind: string
  /** Its place in the order of arrival. */
  place: number
  /** Epoch milliseconds of the ledger's clock. */
  until: number
  /** Called a few times a second while it waits. */
  onTick: (now: number) => void
}

interface Waiter extends WaitingRequest {
  end: (why: WaitEnd) => void
}

/** While somebody waits, news of the ledger and the clock are looked at this often. */
const TICK_MS = 25

export interface RequestQueueParts {
  pool: () => Pool
  view: RotationView
  /** Reads what other processes have written to the ledger. */
  refresh: () => void
}

/**
 * Requests that wait until an account returns, in the order in which they came. Two things may let one go: its time has
 * come, or the ledger moved (a reset, a request that ended). Nobody has to tell the room which: it looks. One request goes
 * at a time and says when its claim is in the ledger, so that a single free place does not wake all of them.
 */
export class RequestQueue {
  /** So many may wait. */
  most = Infinity
  readonly #parts: RequestQueueParts
  #waiters: Waiter[] = []
  #places = 0
  /** Whoever has been let go and has not claimed yet. */
  #going: Waiter | null = null
  #timer: NodeJS.Timeout | null = null
  /** What the room was last looked through for: until the ledger moves or the time comes nothing changes. */
  #seen: { sequence: number; nextAt: number } | null = null
  #isClosed = false

  constructor(parts: RequestQueueParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#waiters.length
  }

  nextPlace(): number {
    return ++this.#places
  }

  /** Whether somebody waits for the same, or is just going: who comes now comes after. */
  hasQueueFor(kind: string): boolean {
    return this.#going?.kind === kind || this.#waiters.some((waiter) => waiter.kind === kind)
  }

  /** Waits; `leave` is called with what ends the wait early, for when the client goes. */
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

  /** The request that was let go has made its claim, or has found nobody after all: the next may be looked at. */
  claimed(place: number): void {
    if (this.#going?.place !== place) return
    this.#going = null
    this.#seen = null
    this.#letGo()
  }

  /** Nobody waits any longer, now or later. */
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

  /** The first request for which somebody is free goes; who would wait in vain is told so. */
  #letGo(): void {
    const { sequence } = this.#parts.view.state
    const { now } = this.#parts.view
    if (this.#going !== null) return
    if (this.#seen?.sequence === sequence && now < this.#seen.nextAt) return
    let nextAt = Infinity
    const kinds = new Set<string>()
    for (const waiter of [...this.#waiters]) {
      if (kinds.has(waiter.kind)) continue
      const at = this.#returnFor(waiter)
      if (at <= now) {
        this.#going = waiter
        return waiter.end('go')
      }
      // Those behind it may have more patience, and are asked for themselves.
      if (at > waiter.until) waiter.end('late')
      else kinds.add(waiter.kind)
      nextAt = Math.min(nextAt, at)
    }
    this.#seen = { sequence, nextAt }
  }

  #returnFor({ wanted }: Waiter): number {
    const { pool, view } = this.#parts
    let first = Infinity
    for (const request of wanted)
      first = Math.min(first, pool().earliestReturn(request, view)?.at ?? Infinity)
    return first
  }

  #sleep(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }
}
