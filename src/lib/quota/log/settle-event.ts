import type { SettleEvent } from './events.ts'
import type { Settlement } from '../ledger.ts'

/**
 * Makes the event that ends a reservation. Assigned field by field: a spread costs more than the rest of the
 * settlement.
 */
export function settleEvent(id: string, at: string, settlement: Settlement): SettleEvent {
  const event: SettleEvent = { type: 'settle', id, at, outcome: settlement.outcome }
  if (settlement.status !== undefined) event.status = settlement.status
  if (settlement.inputTokens !== undefined) event.inputTokens = settlement.inputTokens
  if (settlement.outputTokens !== undefined) event.outputTokens = settlement.outputTokens
  if (settlement.costUsd !== undefined) event.costUsd = settlement.costUsd
  if (settlement.estimated !== undefined) event.estimated = settlement.estimated
  if (settlement.estimatedTokens !== undefined) event.estimatedTokens = settlement.estimatedTokens
  if (settlement.latencyMs !== undefined) event.latencyMs = settlement.latencyMs
  if (settlement.firstByteMs !== undefined) event.firstByteMs = settlement.firstByteMs
  if (settlement.model !== undefined) event.model = settlement.model
  if (settlement.note !== undefined) event.note = settlement.note
  if (settlement.unreached !== undefined) event.unreached = settlement.unreached
  if (settlement.refunded !== undefined) event.refunded = settlement.refunded
  return event
}
