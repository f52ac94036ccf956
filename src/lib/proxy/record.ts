import type { Outcome, Provider, Usage } from '../provider/provider.ts'
import type { OutcomeClass } from '../quota/events.ts'
import type { Reservation, Settlement } from '../quota/ledger.ts'
import type { PriceBook } from '../quota/price-book.ts'
import { coolingOf } from '../rotation/cooling.ts'
import { provenDoors } from '../rotation/half-open.ts'
import type { Member } from '../rotation/member.ts'
import type { AttemptResult } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failover.ts'
import type { LivePool } from './live-pool.ts'

interface Attempted {
  member: Member
  /** Null: a request that uses up nothing. What becomes of it says nothing of quotas or models either. */
  reservation: Reservation | null
  model: string | null
  /** Whom it was sent to; null: to nobody. */
  origin: string | null
  result: AttemptResult
}

/** Settles a try, cools what its outcome cools, and tells who listens. Null: the client has its answer. */
export function record(live: LivePool, exchange: Exchange, attempted: Attempted): Failure | null {
  const { member, reservation, result } = attempted
  if (reservation !== null) live.ledger.settle(reservation, settlementOf(live, attempted))
  tell(live, exchange, attempted)
  if (result.kind === 'answered') {
    exchange.usage = result.usage
    if (result.outcome === 'ok') noteSuccess(live, attempted)
    if (result.late !== null) cool(live, attempted, result.late)
    return null
  }
  const outcome = settled(result.outcome, member)
  cool(live, attempted, outcome)
  return { member, outcome, held: result.held }
}

/** Who watches is told of the try at once, who writes it down when the request is over. */
function tell(live: LivePool, exchange: Exchange, { member, model, origin, result }: Attempted): void {
  const { at, latencyMs, firstByteMs } = result
  const { account } = member
  const isAnswered = result.kind === 'answered'
  const outcome = isAnswered ? result.outcome : settled(result.outcome, member).class
  const status = isAnswered ? result.status : (result.held?.status ?? null)
  const message = isAnswered ? (result.late?.message ?? null) : result.outcome.message
  exchange.tries?.push({ account, model, at, latencyMs, firstByteMs, outcome, status, message, origin })
  live.tell({
    requestId: exchange.id,
    member,
    model,
    attempt: exchange.attempts,
    outcome: isAnswered ? result.outcome : result.outcome.class,
    status,
    message: isAnswered ? null : result.outcome.message,
    latencyMs,
  })
}

function settlementOf(live: LivePool, { member, model, result }: Attempted): Settlement {
  const provider = member.provider
  const settlement: Settlement = {
    outcome: result.kind === 'answered' ? result.outcome : settled(result.outcome, member).class,
    latencyMs: result.latencyMs,
  }
  if (result.firstByteMs !== null) settlement.firstByteMs = result.firstByteMs
  if (model !== null) settlement.model = model
  if (result.kind === 'answered') {
    const { inputTokens, outputTokens, costUsd } = result.usage
    if (result.status !== null) settlement.status = result.status
    if (inputTokens !== null) settlement.inputTokens = inputTokens
    if (outputTokens !== null) settlement.outputTokens = outputTokens
    if (costUsd !== null) settlement.costUsd = costUsd
    else estimate(settlement, live.prices, member, result.usage)
    if (!result.requestSent) settlement.refunded = true
    return settlement
  }
  if (result.held !== null) settlement.status = result.held.status
  if (!isCounted(provider, settlement.outcome, result.requestSent)) settlement.refunded = true
  return settlement
}

/** The provider did not say the cost: the price table may know it, and limits in dollars then count it. */
function estimate(settlement: Settlement, prices: PriceBook, { account }: Member, usage: Usage): void {
  const { inputTokens, outputTokens } = usage
  if (settlement.model === undefined) return
  const costUsd = prices.costOf(account, settlement.model, inputTokens, outputTokens)
  if (costUsd === null) return
  settlement.costUsd = costUsd
  settlement.estimated = true
}

/** What never left cannot have been counted; what left and had no answer may have been; else the provider's rule decides. */
function isCounted(provider: Provider, outcome: OutcomeClass, requestSent: boolean): boolean {
  return requestSent && (outcome === 'unreachable' || provider.counts(outcome))
}

/** A key cannot be renewed as a token can: where that would be next, it is refused for good. */
function settled(outcome: Outcome, { account }: Member): Outcome {
  if (outcome.class !== 'auth-refresh' || account.credential.type === 'oauth') return outcome
  return { ...outcome, class: 'auth-dead' }
}

function noteSuccess(live: LivePool, { member, reservation, model, result }: Attempted): void {
  live.strikes.succeeded(member, model)
  if (reservation !== null) {
    const doors = provenDoors(member, model, live.view, reservation.at)
    if (doors !== null) live.open(doors)
  }
  live.pool.observe(member.account.id, result.firstByteMs ?? result.latencyMs, live.view.now)
}

function cool(live: LivePool, { member, reservation, model }: Attempted, outcome: Outcome): void {
  if (reservation === null && outcome.class !== 'auth-dead') return
  const { state, now, random } = live.view
  const strikes = live.strikes.before(outcome.class, { member, model, state, now })
  const notices = coolingOf(outcome, { member, model, strikes, random: random(), now })
  if (notices.length > 0) live.note(notices, member.account)
}
