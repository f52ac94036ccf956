import { isContextOverflow } from '../../provider/context-overflow.ts'
import type { ReservationListener, Reservation } from '../../quota/ledger.ts'
import { movesOn } from '../../rotation/cooldowns/cooling.ts'
import type { Candidates } from '../../rotation/pool/candidates.ts'
import type { RotationRequest } from '../../rotation/rotation-request.ts'
import type { RequestPlan } from './plan/request-plan.ts'
import { stepAt, stepFor } from './plan/request-plan.ts'
import type { AttemptListener, AttemptResult } from './attempt/attempt-result.ts'
import { boundUse } from './attempt/bound-use.ts'
import { reserveAccount } from './attempt/reserve-account.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { QwenctlError } from '../../base/errors.ts'
import { declineUse } from './refuse/failure.ts'
import type { Failure } from './refuse/failure.ts'
import type { PlanStep } from './plan/outgoing.ts'
import type { ProxyContext } from './proxy-context.ts'
import { settleAttempt } from './attempt/settle-attempt.ts'
import { isRefusal } from '../../provider/http-service.ts'
import { changeRequest, isSafe, retryReason } from './attempt/retry-same-account.ts'
import { startAttempt } from './attempt/start-attempt.ts'
import type { RetryReason, Assignment } from './attempt/assignment.ts'
import { UNCOUNTED } from './attempt/assignment.ts'
import { Translations } from './plan/translations.ts'

/** Most attempts for one request. After this many refusals the cause is not one account. */
const MOST_ATTEMPTS = 64
/** A time-out may take minutes. The client's own time-out comes first. */
const MOST_TIMEOUTS = 2

const NO_RETRIES: readonly RetryReason[] = []
const NO_PARAMETERS: readonly string[] = []

const neverSent = { outcome: 'unreachable', refunded: true } as const

/** Receives the end of a dispatch. */
export interface DispatchListener {
  /** `failures`: the failed attempts; null: the exchange is over, answered or left by its client. */
  onDone(dispatch: Dispatch, failures: Failure[] | null): void
  onFailed(dispatch: Dispatch, error: unknown): void
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
  readonly #listener: DispatchListener
  readonly #failures: Failure[] = []
  #stepIndex = -1
  #step: PlanStep | null = null
  #candidates: Candidates | null = null
  #assignment: Assignment | null = null
  #isSecondRound = false
  /** Ids of accounts that had their attempt at the model of this step, in any format. */
  readonly #tried = new Set<string>()
  /** The request in other formats, once one is needed. */
  #translations: Translations | null = null
  /** Models for which the request is too long. */
  #outgrown: Set<string> | null = null

  constructor(proxy: ProxyContext, exchange: Exchange, request: RequestPlan, listener: DispatchListener) {
    this.proxy = proxy
    this.exchange = exchange
    this.request = request
    this.#listener = listener
  }

  /** Tries the next account. */
  next(): void {
    const { exchange } = this
    try {
      for (;;) {
        const assignment = this.#nextAssignment()
        if (assignment === null) return this.#end(this.#failures)
        this.#assignment = assignment
        if (this.#reserve(assignment)) return
        exchange.onReserved?.()
      }
    } catch (error) {
      this.onFailed(error)
    }
  }

  #reserve(assignment: Assignment): boolean {
    if (!this.request.incoming.route.isCounted) {
      this.onReserved(UNCOUNTED)
      return true
    }
    const use = boundUse(this.proxy.live, assignment, this.exchange.key)
    if (use?.kind === 'too-much') {
      this.#failures.push(declineUse(assignment.member, use))
      this.#tried.add(assignment.member.account.id)
      return false
    }
    assignment.use = use
    return reserveAccount(this.proxy.live, assignment, this.exchange.key, this)
  }

  #nextAssignment(): Assignment | null {
    for (;;) {
      const member = this.#candidates?.next().value
      if (member !== undefined && this.#step !== null) {
        if (this.#hadEarlierWay(member)) continue
        const step = stepFor(this.#step, member, this.proxy.live.view)
        if (!this.#canTranslateFor(member, step)) continue
        return {
          plan: this.request,
          translations: this.#translations,
          step,
          member,
          reservation: UNCOUNTED,
          retried: NO_RETRIES,
          leftOut: NO_PARAMETERS,
          use: null,
          mostTokens: null,
          sent: null,
        }
      }
      if (!this.#nextStep()) return null
    }
  }

  #nextStep(): boolean {
    const { live } = this.proxy
    this.#stepIndex += 1
    this.#step = stepAt(this.request, this.#stepIndex)
    if (this.#step === null) {
      // No account was eligible: the ledger may hold a reset by another process that is not read yet.
      if (this.#isSecondRound || this.#failures.length > 0 || !live.hasNews()) return false
      this.#isSecondRound = true
      this.#stepIndex = -1
      this.#candidates = null
      return true
    }
    if (this.#step.isFirst) this.#tried.clear()
    if (this.#isOutgrown(this.#step)) {
      this.#candidates = null
      return true
    }
    this.#candidates = live.pool.candidates(this.#step.wanted, live.view)
    for (const failure of this.#failures) this.#passOver(failure)
    return true
  }

  /** Excludes what a failure has just put into cooldown, whether the ledger shows it yet or not. */
  #passOver({ cooled }: Failure): void {
    if (cooled.length > 0) this.#candidates?.passOver(cooled)
  }

  /** The refusal of a request that no other format can express; null: there is none. */
  get refusal(): QwenctlError | null {
    return this.#translations?.refusal ?? null
  }

  /** An account had its attempt at this model in the format of the client. Without that endpoint it has another. */
  #hadEarlierWay(member: Member): boolean {
    return this.#tried.has(member.account.id)
  }

  /** Whether the format of this step can express the request. No account is reserved for one that cannot be sent. */
  #canTranslateFor(member: Member, step: PlanStep): boolean {
    if (step.format === null) return true
    const { incoming, body } = this.request
    this.#translations ??= new Translations(incoming, body, {
      requestId: this.exchange.id,
      now: this.proxy.clock(),
      refusesUnknown: this.proxy.refusesUnknownFields === true,
      keepsItems: incoming.route.format === 'responses' && !this.exchange.isBatchLine,
    })
    return this.#translations.make(member, step) !== null
  }

  onReserved(reservation: Reservation | null): void {
    const assignment = this.#assignment!
    try {
      this.exchange.onReserved?.()
      if (reservation === null) return this.next() // another request was faster, in this process or another
      assignment.reservation = reservation
      if (this.exchange.isGone) this.onEnd(null)
      else startAttempt(this.proxy, this.exchange, assignment, this)
    } catch (error) {
      this.onFailed(error)
    }
  }

  onEnd(result: AttemptResult | null): void {
    const { proxy, exchange } = this
    const assignment = this.#assignment!
    try {
      if (result === null) this.#giveBack()
      this.#assignment = null // its reservation is no longer this dispatch's to give back
      const failure = result === null ? null : settleAttempt(proxy.live, exchange, assignment, result)
      if (failure === null || exchange.isGone) return this.#end(null)
      const reason = retryReason(result!, assignment)
      if (reason !== null) {
        return this.#retry(changeRequest(assignment, reason, result!))
      }
      this.#failures.push(failure)
      if (failure.outcome.class !== 'route-missing') this.#tried.add(failure.member.account.id)
      if (this.#outgrow(failure, assignment.step)) return this.next()
      const { wanted } = assignment.step
      if (endsFailover(this.#failures, wanted) || !mayRepeat(failure, exchange.call.method, wanted))
        return this.#end(this.#failures)
      this.#passOver(failure)
      this.next()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** A later model of the alias may have room for a request that is too long for this one. */
  #outgrow({ outcome }: Failure, { wanted }: PlanStep): boolean {
    const { model } = wanted
    if (typeof model !== 'string' || wanted.pin !== null || !isContextOverflow(outcome)) return false
    const outgrown = (this.#outgrown ??= new Set())
    outgrown.add(model)
    if (!this.request.steps.some((step) => !outgrown.has(step.model ?? ''))) return false
    this.#candidates?.return()
    this.#candidates = null
    return true
  }

  #isOutgrown({ wanted: { model } }: PlanStep): boolean {
    return this.#outgrown !== null && typeof model === 'string' && this.#outgrown.has(model)
  }

  /** Reserves for the same account again. Without room there, the next account is tried. */
  #retry(assignment: Assignment): void {
    this.#assignment = { ...assignment, reservation: UNCOUNTED }
    if (!this.#reserve(this.#assignment)) this.next()
  }

  /** Reserving or sending failed. */
  onFailed(error: unknown): void {
    this.#giveBack()
    this.#fail(error)
  }

  #giveBack(): void {
    const reservation = this.#assignment?.reservation ?? UNCOUNTED
    this.#assignment = null
    if (reservation !== UNCOUNTED) this.proxy.live.ledger.settle(reservation, neverSent)
  }

  #end(failures: Failure[] | null): void {
    this.#candidates?.return()
    this.#listener.onDone(this, failures)
  }

  #fail(error: unknown): void {
    this.#candidates?.return()
    this.#listener.onFailed(this, error)
  }
}

function endsFailover(failures: Failure[], wanted: RotationRequest): boolean {
  const last = failures.at(-1)
  if (last === undefined || !movesOn(last.outcome.class) || wanted.pin !== null) return true
  const timeouts = failures.filter(({ outcome }) => outcome.class === 'timeout').length
  return failures.length >= MOST_ATTEMPTS || timeouts >= MOST_TIMEOUTS
}

/**
 * Whether another account may get a request to any HTTP API after this failure. A second POST may act twice.
 * It follows only a refusal, or a request that the upstream surely did not read.
 */
function mayRepeat({ held, wasSent }: Failure, method: string, { service }: RotationRequest): boolean {
  return service == null || !wasSent || isSafe(method) || (held !== null && isRefusal(held.status))
}
