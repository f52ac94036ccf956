import type { Outcome, Provider, Usage } from '../../../provider/provider.ts'
import { redact } from '../../../account/mask.ts'
import { activeCooldown } from '../../../quota/cooldowns.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { Settlement } from '../../../quota/ledger.ts'
import type { PriceBook } from '../../../quota/prices/price-book.ts'
import { rememberPlacement } from '../../../rotation/conversation.ts'
import type { CoolNotice } from '../../../rotation/cooldowns/cooling.ts'
import { listCooldowns, movesOn } from '../../../rotation/cooldowns/cooling.ts'
import { provenCircuits } from '../../../rotation/cooldowns/circuit.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import { routeKey } from '../../../rotation/rotation-request.ts'
import type { AttemptResult } from './attempt-result.ts'
import type { Exchange } from '../exchange.ts'
import type { Failure } from '../refuse/final-error.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import { retryReason } from './retry-same-account.ts'
import { UNCOUNTED } from './assignment.ts'
import type { Assignment } from './assignment.ts'

const NOTHING_COOLED: readonly CoolNotice[] = []
const uncountedCool: ReadonlySet<OutcomeClass> = new Set(['auth-dead', 'route-missing'])
type Refused = Extract<AttemptResult, { kind: 'refused' }>

/** Settles an attempt, records its cooldowns and reports it. Null: the client has its answer. */
export function settleAttempt(
  live: LivePool,
  exchange: Exchange,
  assignment: Assignment,
  result: AttemptResult,
): Failure | null {
  const { member, reservation } = assignment
  if (reservation !== UNCOUNTED) live.ledger.settle(reservation, buildSettlement(live, assignment, result))
  tell(live, exchange, assignment, result)
  if (result.kind === 'answered') {
    exchange.usage = result.usage
    noteOption(live, assignment, true)
    if (result.outcome === 'ok') noteParameters(assignment)
    if (result.outcome === 'ok') noteSuccess(live, assignment, result, exchange.attempts)
    if (result.late !== null) cool(live, assignment, result.late)
    return null
  }
  const outcome = settled(result, assignment)
  noteOption(live, assignment, movesOn(outcome.class))
  // An attempt that the account will repeat says nothing about it yet.
  const cooled = retryReason(result, assignment) === null ? cool(live, assignment, outcome) : NOTHING_COOLED
  return { member, outcome, held: result.held, wasSent: result.requestSent, cooled }
}

/** Reports the attempt to live observers now. The log record is written when the request ends. */
function tell(live: LivePool, exchange: Exchange, assignment: Assignment, result: AttemptResult): void {
  const { member, sent } = assignment
  const origin = sent?.target.origin.name ?? null
  const model = pickModel(assignment)
  const { at, latencyMs, firstByteMs } = result
  const { account } = member
  const isAnswered = result.kind === 'answered'
  const outcome = isAnswered ? result.outcome : settled(result, assignment).class
  const status = isAnswered ? result.status : (result.held?.status ?? null)
  const message = isAnswered ? (result.late?.message ?? null) : result.outcome.message
  const { tries } = exchange
  if (tries !== null) {
    const last = { account, model, at, latencyMs, firstByteMs, outcome, status, message, origin }
    exchange.tries = tries.length === 0 ? [last] : [...tries, last] // a pushed list reserves room for more
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

function pickModel({ step }: Assignment): string | null {
  return step.wanted.model ?? null
}

function buildSettlement(live: LivePool, assignment: Assignment, result: AttemptResult): Settlement {
  const { member } = assignment
  const model = pickModel(assignment)
  const provider = member.provider
  const settlement: Settlement = {
    outcome: result.kind === 'answered' ? result.outcome : settled(result, assignment).class,
    latencyMs: result.latencyMs,
  }
  if (result.firstByteMs !== null) settlement.firstByteMs = result.firstByteMs
  if (model !== null) settlement.model = model
  if (result.kind === 'answered') {
    const { inputTokens, outputTokens, costUsd } = result.usage
    if (result.status !== null) settlement.status = result.status
    if (inputTokens !== null) settlement.inputTokens = inputTokens
    if (outputTokens !== null) settlement.outputTokens = outputTokens
    if (result.usage.isEstimated === true) settlement.estimatedTokens = true
    if (costUsd !== null) settlement.costUsd = costUsd
    else estimate(settlement, live.rules.prices, member, result.usage)
    if (!result.requestSent) settlement.refunded = true
    return settlement
  }
  if (result.held !== null) settlement.status = result.held.status
  const refunded = decideRefund(provider, settlement.outcome, result.requestSent)
  if (refunded !== null) settlement.refunded = refunded
  if (!result.requestSent && isOutOfReach(settlement.outcome))
    settlement.unreached = redact(result.outcome.message, []).slice(0, REASON_LENGTH) || 'no connection'
  return settlement
}

const REASON_LENGTH = 200

function isOutOfReach(outcome: OutcomeClass): boolean {
  return outcome === 'unreachable' || outcome === 'timeout'
}

/** The provider did not report the cost. The price table may know it, and limits in dollars then count it. */
function estimate(settlement: Settlement, prices: PriceBook, { account }: Member, usage: Usage): void {
  if (settlement.model === undefined) return
  const costUsd = prices.computeCost(account, settlement.model, usage)
  if (costUsd === null) return
  settlement.costUsd = costUsd
  settlement.estimated = true
}

/**
 * A request that never left cannot have been counted. A sent request without an answer may have been.
 * Otherwise the provider's rule decides.
 */
function decideRefund(
  provider: Provider,
  outcome: OutcomeClass,
  requestSent: boolean,
): Settlement['refunded'] | null {
  if (!requestSent) return true
  if (outcome === 'unreachable') return null
  const counts = provider.counts(outcome)
  if (counts === 'short-windows') return 'long-windows'
  return counts ? null : true
}

/** A key cannot be renewed as a token can. A token refused after its renewal is as good as ended. */
function settled({ outcome, held }: Refused, { member, retried }: Assignment): Outcome {
  if (outcome.class !== 'auth-refresh') return outcome
  const isLogin = member.account.credential.type === 'oauth'
  if (isLogin && (held === null || !retried.includes('access-token'))) return outcome
  return { ...outcome, class: 'auth-dead' }
}

/** Without the option the account served, or failed for another reason: it refused the option. */
function noteOption(live: LivePool, { retried, sent }: Assignment, isTaken: boolean): void {
  if (isTaken && retried.length > 0 && retried.includes('usage-option') && sent !== null)
    live.targets.omitUsageOption(sent.target)
}

/** The model served without these parameters, so the next request omits them at once. */
function noteParameters({ leftOut, mostTokens, sent, step }: Assignment): void {
  if (sent === null) return
  if (mostTokens !== null)
    (sent.target.mostTokens ??= new Map<string, number>()).set(step.wanted.model ?? '', mostTokens)
  if (leftOut.length === 0) return
  const known = (sent.target.refusedParameters ??= new Map<string, string[]>())
  const model = step.wanted.model ?? ''
  known.set(model, [...new Set([...(known.get(model) ?? []), ...leftOut])])
}

function noteSuccess(live: LivePool, assignment: Assignment, result: AttemptResult, attempts: number): void {
  const { member, reservation, plan } = assignment
  const model = pickModel(assignment)
  live.strikes.succeeded(member, model)
  if (model !== null) live.answered(member, model)
  if (reservation !== UNCOUNTED) {
    const circuits = provenCircuits(member, assignment.step.wanted, live.view, reservation.at)
    if (circuits !== null) live.notes.endCooldowns(circuits)
  }
  const account = member.account.id
  if (reservation !== UNCOUNTED) {
    const answered = { account, attempts, now: live.view.now }
    rememberPlacement(plan.placement, live.placements.conversations, answered)
  }
  live.pool.observe(account, result.firstByteMs ?? result.latencyMs, live.view.now)
}

/**
 * A request that uses up nothing says nothing about quotas and models. It does about its key and its
 * endpoint.
 */
function cool(live: LivePool, assignment: Assignment, outcome: Outcome): readonly CoolNotice[] {
  const { member, reservation } = assignment
  const model = pickModel(assignment)
  if (reservation === UNCOUNTED && !uncountedCool.has(outcome.class)) return NOTHING_COOLED
  if (live.hasNewKey(member)) return NOTHING_COOLED // the outcome is about the old key
  const { state, now, random } = live.view
  const route = routeKey(assignment.step.wanted)
  const part = outcome.class === 'route-missing' ? route : model
  const strikes = live.strikes.before(outcome, { member, model: part, state, now })
  const isRefused = activeCooldown(state, member.subjects.account, null, now)?.reason === 'auth-dead'
  const notices = listCooldowns(outcome, { member, model, route, strikes, isRefused, random: random(), now })
  if (notices.length > 0) live.notes.record(notices, member.account)
  return notices
}
