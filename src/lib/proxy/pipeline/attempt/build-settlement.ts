import { redact } from '../../../account/mask.ts'
import type { Provider, Usage } from '../../../provider/provider.ts'
import type { Settlement } from '../../../quota/ledger.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { PriceBook } from '../../../quota/prices/price-book.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Assignment } from './assignment.ts'
import { readModel } from './assignment.ts'
import type { Answered, AttemptResult, Refused } from './attempt-result.ts'

const REASON_LENGTH = 200

/** Builds the ledger's record of how a reservation ended. */
export function buildSettlement(live: LivePool, assignment: Assignment, result: AttemptResult): Settlement {
  const model = readModel(assignment)
  const settlement: Settlement = {
    outcome: result.kind === 'answered' ? result.outcome : result.outcome.class,
    latencyMs: result.latencyMs,
  }
  if (result.firstByteMs !== null) settlement.firstByteMs = result.firstByteMs
  if (model !== null) settlement.model = model
  if (result.kind === 'answered') addUsage(settlement, live.rules.prices, assignment.member, result)
  else addRefund(settlement, assignment.member.provider, result)
  return settlement
}

function addUsage(
  settlement: Settlement,
  prices: PriceBook,
  member: Member,
  { status, usage, requestSent }: Answered,
): void {
  const { inputTokens, outputTokens, costUsd } = usage
  if (status !== null) settlement.status = status
  if (inputTokens !== null) settlement.inputTokens = inputTokens
  if (outputTokens !== null) settlement.outputTokens = outputTokens
  if (usage.isEstimated === true) settlement.estimatedTokens = true
  if (costUsd !== null) settlement.costUsd = costUsd
  else estimateCost(settlement, prices, member, usage)
  if (!requestSent) settlement.refunded = true
}

/** The provider did not report the cost. The price table may know it, and limits in dollars then count it. */
function estimateCost(settlement: Settlement, prices: PriceBook, { account }: Member, usage: Usage): void {
  if (settlement.model === undefined) return
  const costUsd = prices.computeCost(account, settlement.model, usage)
  if (costUsd === null) return
  settlement.costUsd = costUsd
  settlement.estimated = true
}

function addRefund(
  settlement: Settlement,
  provider: Provider,
  { held, outcome, requestSent }: Refused,
): void {
  if (held !== null) settlement.status = held.status
  const refunded = decideRefund(provider, outcome.class, requestSent)
  if (refunded !== null) settlement.refunded = refunded
  if (!requestSent && isOutOfReach(outcome.class))
    settlement.unreached = redact(outcome.message, []).slice(0, REASON_LENGTH) || 'no connection'
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

function isOutOfReach(outcome: OutcomeClass): boolean {
  return outcome === 'unreachable' || outcome === 'timeout'
}
