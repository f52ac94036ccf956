import type { LivePool } from '../../pool/live-pool.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Assignment } from './assignment.ts'
import { readModel } from './assignment.ts'
import type { AttemptResult } from './attempt-result.ts'

/** Reports the attempt to live observers now. The log record is written when the request ends. */
export function reportAttempt(
  live: LivePool,
  exchange: Exchange,
  assignment: Assignment,
  result: AttemptResult,
): void {
  const { attemptRecords } = exchange
  if (attemptRecords === null && !live.isWatched) return
  const { member, sent } = assignment
  const model = readModel(assignment)
  const { at, latencyMs, firstByteMs } = result
  const isAnswered = result.kind === 'answered'
  const outcome = isAnswered ? result.outcome : result.outcome.class
  const status = isAnswered ? result.status : (result.held?.status ?? null)
  const failure = isAnswered ? null : result.outcome.message
  if (attemptRecords !== null) {
    const origin = sent?.target.origin.name ?? null
    const message = isAnswered ? (result.late?.message ?? null) : failure
    const { account } = member
    const last = { account, model, at, latencyMs, firstByteMs, outcome, status, message, origin }
    exchange.attemptRecords = attemptRecords.length === 0 ? [last] : [...attemptRecords, last] // a pushed list reserves room for more
  }
  if (!live.isWatched) return
  const { id: requestId, attempts: attempt } = exchange
  live.tell({ requestId, member, model, attempt, outcome, status, message: failure, latencyMs })
}
