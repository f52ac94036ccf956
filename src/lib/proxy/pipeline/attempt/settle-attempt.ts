import { movesOn } from '../../../rotation/cooldowns/cooling.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Failure } from '../refuse/failure.ts'
import type { Assignment } from './assignment.ts'
import { UNCOUNTED } from './assignment.ts'
import type { AttemptResult } from './attempt-result.ts'
import { buildSettlement } from './build-settlement.ts'
import {
  NOTHING_COOLED,
  recordCooldown,
  noteOption,
  noteParameters,
  noteSuccess,
} from './learn-from-attempt.ts'
import { reportAttempt } from './report-attempt.ts'
import { retryReason } from './retry-same-account.ts'

/** Settles an attempt, reports it, and records what it shows of the account. Null: the client has its answer. */
export function settleAttempt(
  live: LivePool,
  exchange: Exchange,
  assignment: Assignment,
  original: AttemptResult,
): Failure | null {
  const { member, reservation } = assignment
  const result = normaliseOutcome(original, assignment)
  if (reservation !== UNCOUNTED) live.ledger.settle(reservation, buildSettlement(live, assignment, result))
  reportAttempt(live, exchange, assignment, result)
  if (result.kind === 'answered') {
    exchange.usage = result.usage
    noteOption(live, assignment, true)
    if (result.outcome === 'ok') {
      noteParameters(assignment)
      noteSuccess(live, assignment, result, exchange.attempts)
    }
    if (result.late !== null) recordCooldown(live, assignment, result.late)
    return null
  }
  const { outcome, held, requestSent } = result
  noteOption(live, assignment, movesOn(outcome.class))
  // An attempt that the account will repeat says nothing about it yet.
  const cooled =
    retryReason(result, assignment) === null ? recordCooldown(live, assignment, outcome) : NOTHING_COOLED
  return { member, outcome, held, wasSent: requestSent, cooled }
}

/** A key cannot be renewed as a token can. A token refused after its renewal is as good as ended. */
function normaliseOutcome(result: AttemptResult, { member, retried }: Assignment): AttemptResult {
  if (result.kind === 'answered' || result.outcome.class !== 'auth-refresh') return result
  const isLogin = member.account.credential.type === 'oauth'
  if (isLogin && (result.held === null || !retried.includes('access-token'))) return result
  return { ...result, outcome: { ...result.outcome, class: 'auth-dead' } }
}
