import { formatCount } from '../base/text/count-noun.ts'
import { formatLimit } from '../quota/limit.ts'
import { hasRoom, isFull, roomAt } from '../quota/standing.ts'
import type { LedgerState } from '../quota/log/state.ts'
import type { Caps } from './caps.ts'
import { CAPS_SUBJECT } from './caps.ts'
import type { CapsNow } from './rotation-request.ts'

/** The end of a request in flight is unknown, so a refused client may retry after this long. */
const RETRY_MS = 1000

interface Counts {
  all: number
  byAccount: ReadonlyMap<string, number>
}

/**
 * Tracks the room that the caps leave. Requests in flight are the open reservations of the ledger, so all processes
 * count together. Reservations of ended processes do not count. The order in the ledger decides which request is over
 * a cap. Of all that are open at a time, the youngest that proceeded found fewer than the cap before it.
 */
export class CapRoom implements CapsNow {
  readonly caps: Caps
  readonly #ofAccount: ReadonlyMap<string, number>
  readonly #isAlive: (reservationId: string) => boolean
  /** Requests of this process on their way into the ledger, by account. */
  readonly #claimed = new Map<string, number>()
  #allClaimed = 0
  #known: (Counts & { state: LedgerState; sequence: number }) | null = null

  constructor(
    caps: Caps,
    { ofAccount, isAlive }: { ofAccount: ReadonlyMap<string, number>; isAlive: (id: string) => boolean },
  ) {
    this.caps = caps
    this.#ofAccount = ofAccount
    this.#isAlive = isAlive
  }

  get hasRate(): boolean {
    return this.caps.rate.length > 0
  }

  /** Whether one more request for the account stays within every cap. */
  hasRoom(account: string, state: LedgerState, now: number): boolean {
    const { concurrency } = this.caps
    const most = this.findCap(account)
    if (concurrency !== null && this.inFlight(state) >= concurrency) return false
    if (most !== null && this.countInFlight(account, state) >= most) return false
    return !this.hasRate || hasRoom(state.subjects.get(CAPS_SUBJECT), now)
  }

  refusal(account: string, state: LedgerState, now: number): ReturnType<CapsNow['refusal']> {
    if (this.hasRoom(account, state, now)) return null
    const spent = this.#spentRate(state, now)
    if (spent !== null) return spent
    const { concurrency } = this.caps
    // Clients must not learn how many requests are those of others.
    const words =
      concurrency !== null && this.inFlight(state) >= concurrency
        ? `all accounts together are at their cap of ${formatCount(concurrency, 'request')} at a time`
        : `it is at its cap: ${this.countInFlight(account, state)} of ${formatCount(this.findCap(account) ?? 0, 'request')} at a time`
    return { availableAt: now + RETRY_MS, words }
  }

  #spentRate(state: LedgerState, now: number): ReturnType<CapsNow['refusal']> {
    const subject = this.hasRate ? state.subjects.get(CAPS_SUBJECT) : undefined
    const full = subject?.limits.find((limit) => isFull(limit, now))
    if (full === undefined) return null
    const words = `the cap ${formatLimit(full)} over all accounts is used up`
    return { availableAt: roomAt(subject, now), words }
  }

  findCap(account: string): number | null {
    return this.#ofAccount.get(account) ?? this.caps.perAccountConcurrency
  }

  inFlight(state: LedgerState): number {
    return this.#countAll(state).all + this.#allClaimed
  }

  countInFlight(account: string, state: LedgerState): number {
    return (this.#countAll(state).byAccount.get(account) ?? 0) + (this.#claimed.get(account) ?? 0)
  }

  /** Counts a reservation from its request until the ledger has it. */
  begin(account: string): void {
    this.#allClaimed += 1
    this.#claimed.set(account, (this.#claimed.get(account) ?? 0) + 1)
  }

  end(account: string): void {
    this.#allClaimed -= 1
    const left = (this.#claimed.get(account) ?? 1) - 1
    if (left > 0) this.#claimed.set(account, left)
    else this.#claimed.delete(account)
  }

  /** Whether a granted reservation is over a cap, because another process was faster. */
  isOver({ id, account }: { id: string; account: string }, state: LedgerState): boolean {
    const { concurrency } = this.caps
    const most = this.findCap(account)
    const own = state.open.get(id)
    if ((concurrency === null && most === null) || own === undefined) return false
    let all = 0
    let ofAccount = 0
    state.open.forEach((open) => {
      if (open.sequence >= own.sequence || !this.#isAlive(open.id)) return
      all += 1
      if (open.account === account) ofAccount += 1
    })
    return (concurrency !== null && all >= concurrency) || (most !== null && ofAccount >= most)
  }

  /** Counts once for each event of the ledger, because one request weighs many candidates. */
  #countAll(state: LedgerState): Counts {
    if (this.#known?.state === state && this.#known.sequence === state.sequence) return this.#known
    const byAccount = new Map<string, number>()
    let all = 0
    state.open.forEach(({ id, account }) => {
      if (!this.#isAlive(id)) return
      all += 1
      byAccount.set(account, (byAccount.get(account) ?? 0) + 1)
    })
    this.#known = { state, sequence: state.sequence, all, byAccount }
    return this.#known
  }
}
