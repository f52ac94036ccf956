import type { Outcome, Provider, Usage } from '../../provider/provider.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import type { Settlement } from '../../quota/ledger.ts'
import type { PriceBook } from '../../quota/prices/price-book.ts'
import { rememberPlacement } from '../../rotation/conversation.ts'
import { coolingOf } from '../../rotation/cooling.ts'
import { provenCircuits } from '../../rotation/circuit.ts'
import type { Member } from '../../rotation/pool/member.ts'
import { routeKey } from '../../rotation/rotation-request.ts'
import type { AttemptResult } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './final-error.ts'
import type { LivePool } from '../pool/live-pool.ts'
import { UNCOUNTED } from './assignment.ts'
import type { Assignment } from './assignment.ts'

const uncountedCool: ReadonlySet<OutcomeClass> = new Set(['auth-dead', 'route-missing'])

/** Settles a try, cools what its outcome cools, and tells who listens. Null: the client has its answer. */
export function settleAttempt(
  live: LivePool,
  exchange: Exchange,
  turn: Assignment,
  result: AttemptResult,
): Failure | null {
  const { member, reservation } = turn
  if (reservation !== UNCOUNTED) live.ledger.settle(reservation, settlementOf(live, turn, result))
  tell(live, exchange, turn, result)
  if (result.kind === 'answered') {
    exchange.usage = result.usage
    if (result.outcome === 'ok') noteSuccess(live, turn, result, exchange.attempts)
    if (result.late !== null) cool(live, turn, result.late)
    return null
  }
  const outcome = settled(result.outcome, member)
  cool(live, turn, outcome)
  return { member, outcome, held: result.held }
}

/** Who watches is told of the try at once, who writes it down when the request is over. */
function tell(live: LivePool, exchange: Exchange, turn: Assignment, result: AttemptResult): void {
  const { member, origin } = turn
  const model = modelOf(turn)
  const { at, latencyMs, firstByteMs } = result
  const { account } = member
  const isAnswered = result.kind === 'answered'
  const outcome = isAnswered ? result.outcome : settled(result.outcome, member).class
  const status = isAnswered ? result.status : (result.held?.status ?? null)
  const message = isAnswered ? (result.late?.message ?? null) : result.outcome.message
  const { tries } = exchange
  if (tries !== null) {
    const last = { account, model, at, latencyMs, firstByteMs, outcome, status, message, origin }
    exchange.tries = tries.length === 0 ? [last] : [...tries, last] // nothing pushed: a list would take room for many
  }
  if (!live.isWatched) return
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

function modelOf({ step }: Assignment): string | null {
  return step.wanted.model ?? null
}

function settlementOf(live: LivePool, turn: Assignment, result: AttemptResult): Settlement {
  const { member } = turn
  const model = modelOf(turn)
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

function noteSuccess(live: LivePool, turn: Assignment, result: AttemptResult, attempts: number): void {
  const { member, reservation, plan } = turn
  const model = modelOf(turn)
  live.strikes.succeeded(member, model)
  if (model !== null) live.answered(member, model)
  if (reservation !== UNCOUNTED) {
    const doors = provenCircuits(member, turn.step.wanted, live.view, reservation.at)
    if (doors !== null) live.open(doors)
  }
  const account = member.account.id
  if (reservation !== UNCOUNTED) {
    const answered = { account, attempts, now: live.view.now }
    rememberPlacement(plan.placement, live.placements.conversations, answered)
  }
  live.pool.observe(account, result.firstByteMs ?? result.latencyMs, live.view.now)
}

/** A request that uses up nothing says nothing of quotas and models; it does of its key and its endpoint. */
function cool(live: LivePool, turn: Assignment, outcome: Outcome): void {
  const { member, reservation } = turn
  const model = modelOf(turn)
  if (reservation === UNCOUNTED && !uncountedCool.has(outcome.class)) return
  const { state, now, random } = live.view
  const route = routeKey(turn.step.wanted)
  const part = outcome.class === 'route-missing' ? route : model
  const strikes = live.strikes.before(outcome, { member, model: part, state, now })
  const notices = coolingOf(outcome, { member, model, route, strikes, random: random(), now })
  if (notices.length > 0) live.note(notices, member.account)
}
