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

/** One account after the other, but not for ever: with this many refusals the trouble is elsewhere. */
const MOST_ATTEMPTS = 64
/** Each may take minutes; the client's own time-out comes first. */
const MOST_TIMEOUTS = 2

const NEVER: readonly RetryReason[] = []

const neverSent = { outcome: 'unreachable', refunded: true } as const

/** Who is told how the asking ended. */
export interface DispatchListener {
  /** What the failures of those asked were; null: the exchange is over, answered or left by its client. */
  onDone(asking: Dispatch, failures: Failure[] | null): void
  onFailed(asking: Dispatch, error: unknown): void
}

/**
 * Asks everybody who may serve a request, one account after the other, one way after the other: next, claimed, attempted,
 * and round again. Steps that call each other where an async function would read better: every promise between a request
 * and its answer is paid for by all of them, in memory most of all.
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

  /** Asks the next account. */
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
      // Nobody could be asked: a reset by another process may be in the ledger and not yet in our reading of it.
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

  /** What a failure has just cooled is not asked by this request, whether the ledger shows it yet or not. */
  #passOver({ cooled }: Failure): void {
    if (cooled.length > 0) this.#candidates?.passOver(cooled)
  }

  /** Who speaks the client's format was asked in it. */
  #isAskedOtherwise(dialects: ReadonlySet<string>): boolean {
    const { dialect } = this.request.incoming.route
    return this.#way?.dialect !== dialect && dialects.has(dialect)
  }

  onReserved(reservation: Reservation | null): void {
    const turn = this.#turn!
    try {
      this.exchange.onClaimed?.()
      if (reservation === null) return this.next() // another request was faster, in this process or the next
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
      this.#turn = null // what happens to its reservation is not ours any more
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

  /** Reserves for the same account once more; without room there, the next account is asked. */
  #retry(turn: Assignment, reason: RetryReason): void {
    this.#turn = { ...turn, reservation: UNCOUNTED, retried: [...turn.retried, reason] }
    if (!this.#claim(this.#turn)) this.next()
  }

  /** It could not be counted, or not be sent. */
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
