import type { ReservationListener, Reservation } from '../../quota/ledger.ts'
import { movesOn } from '../../rotation/cooling.ts'
import type { Candidates } from '../../rotation/pool/candidates.ts'
import type { RotationRequest } from '../../rotation/rotation-request.ts'
import type { RequestPlan } from './request-plan.ts'
import { stepAt } from './request-plan.ts'
import type { AttemptResult } from './attempt-result.ts'
import { reserveAccount } from './reserve-account.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './final-error.ts'
import type { PlanStep } from './outgoing.ts'
import type { ProxyContext } from './proxy-context.ts'
import { settleAttempt } from './settle-attempt.ts'
import { retryReason } from './retry-same-account.ts'
import type { AttemptListener } from './start-attempt.ts'
import { startAttempt } from './start-attempt.ts'
import type { RetryReason, Assignment } from './assignment.ts'
import { UNCOUNTED } from './assignment.ts'

/** Most attempts for one request. After this many refusals the cause is not one account. */
const MOST_ATTEMPTS = 64
/** A time-out may take minutes. The client's own time-out comes first. */
const MOST_TIMEOUTS = 2

const NEVER: readonly RetryReason[] = []

const neverSent = { outcome: 'unreachable', refunded: true } as const

/** Receives the end of a dispatch. */
export interface DispatchListener {
  /** `failures`: the failed attempts; null: the exchange is over, answered or left by its client. */
  onDone(asking: Dispatch, failures: Failure[] | null): void
  onFailed(asking: Dispatch, error: unknown): void
}

/**
 * Attempts a request on every eligible account and plan step in turn: next, reserve, attempt, repeat. The
 * steps use callbacks, although an async function would read better. Every promise between a request and its
 * answer costs all requests, most of all in memory.
 */
export class Dispatch implements ReservationListener, AttemptListener {
  readonly exchange: Exchange
  readonly request: RequestPlan
  readonly proxy: ProxyContext
  readonly #asker: DispatchListener
  readonly #failures: Failure[] = []
  #wayIndex = -1
  #way: PlanStep | null = null
  #candidates: Candidates | null = null
  #turn: Assignment | null = null
  #isAgain = false

  constructor(proxy: ProxyContext, exchange: Exchange, request: RequestPlan, asker: DispatchListener) {
    this.proxy = proxy
    this.exchange = exchange
    this.request = request
    this.#asker = asker
  }

  /** Tries the next account. */
  next(): void {
    const { exchange } = this
    try {
      for (;;) {
        const turn = this.#nextTurn()
        if (turn === null) return this.#end(this.#failures)
        this.#turn = turn
        if (this.#claim(turn)) return
        exchange.onClaimed?.()
      }
    } catch (error) {
      this.onFailed(error)
    }
  }

  #claim(turn: Assignment): boolean {
    if (this.request.incoming.route.isCounted)
      return reserveAccount(this.proxy.live, turn, this.exchange.key, this)
    this.onReserved(UNCOUNTED)
    return true
  }

  #nextTurn(): Assignment | null {
    for (;;) {
      const member = this.#candidates?.next().value
      if (member !== undefined && this.#way !== null) {
        if (this.#isAskedOtherwise(member.dialects)) continue
        return {
          plan: this.request,
          step: this.#way,
          member,
          reservation: UNCOUNTED,
          retried: NEVER,
          sent: null,
        }
      }
      if (!this.#nextWay()) return null
    }
  }

  #nextWay(): boolean {
    const { live } = this.proxy
    this.#wayIndex += 1
    this.#way = stepAt(this.request, this.#wayIndex)
    if (this.#way === null) {
      // No account was eligible: the ledger may hold a reset by another process that is not read yet.
      if (this.#isAgain || this.#failures.length > 0 || !live.hasNews()) return false
      this.#isAgain = true
      this.#wayIndex = -1
      this.#candidates = null
      return true
    }
    this.#candidates = live.pool.candidates(this.#way.wanted, live.view)
    for (const failure of this.#failures) this.#passOver(failure)
    return true
  }

  /** Excludes what a failure has just put into cooldown, whether the ledger shows it yet or not. */
  #passOver({ cooled }: Failure): void {
    if (cooled.length > 0) this.#candidates?.passOver(cooled)
  }

  /** Accounts that speak the client's format were asked in it. */
  #isAskedOtherwise(dialects: ReadonlySet<string>): boolean {
    const { dialect } = this.request.incoming.route
    return this.#way?.dialect !== dialect && dialects.has(dialect)
  }

  onReserved(reservation: Reservation | null): void {
    const turn = this.#turn!
    try {
      this.exchange.onClaimed?.()
      if (reservation === null) return this.next() // another request was faster, in this process or another
      turn.reservation = reservation
      if (this.exchange.isGone) this.onEnd(null)
      else startAttempt(this.proxy, this.exchange, turn, this)
    } catch (error) {
      this.onFailed(error)
    }
  }

  onEnd(result: AttemptResult | null): void {
    const { proxy, exchange } = this
    const turn = this.#turn!
    try {
      if (result === null) this.#giveBack()
      this.#turn = null // its reservation is no longer this dispatch's to give back
      const failure = result === null ? null : settleAttempt(proxy.live, exchange, turn, result)
      if (failure === null || exchange.isGone) return this.#end(null)
      const reason = retryReason(result!, turn)
      if (reason !== null) return this.#retry(turn, reason)
      this.#failures.push(failure)
      if (endsFailover(this.#failures, turn.step.wanted)) return this.#end(this.#failures)
      this.#passOver(failure)
      this.next()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Reserves for the same account again. Without room there, the next account is tried. */
  #retry(turn: Assignment, reason: RetryReason): void {
    this.#turn = { ...turn, reservation: UNCOUNTED, retried: [...turn.retried, reason] }
    if (!this.#claim(this.#turn)) this.next()
  }

  /** Reserving or sending failed. */
  onFailed(error: unknown): void {
    this.#giveBack()
    this.#fail(error)
  }

  #giveBack(): void {
    const reservation = this.#turn?.reservation ?? UNCOUNTED
    if (reservation !== UNCOUNTED) this.proxy.live.ledger.settle(reservation, neverSent)
  }

  #end(failures: Failure[] | null): void {
    this.#candidates?.return()
    this.#asker.onDone(this, failures)
  }

  #fail(error: unknown): void {
    this.#candidates?.return()
    this.#asker.onFailed(this, error)
  }
}

function endsFailover(failures: Failure[], wanted: RotationRequest): boolean {
  const last = failures.at(-1)
  if (last === undefined || !movesOn(last.outcome.class) || wanted.pin !== null) return true
  const timeouts = failures.filter(({ outcome }) => outcome.class === 'timeout').length
  return failures.length >= MOST_ATTEMPTS || timeouts >= MOST_TIMEOUTS
}
