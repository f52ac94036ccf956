import type { AttemptRecord, RequestRecord } from '../../observe/request-event.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'

export const NO_ATTEMPTS: readonly AttemptRecord[] = []

/** Why the last attempt failed, in the provider's words; null: it did not fail. */
function reasonIn(last: AttemptRecord | undefined): string | null {
  return last === undefined || last.outcome === 'ok' ? null : last.message
}

/** A finished exchange, as reported to logs, metrics and traces. `user`: the one that the proxy serves; null: all. */
export function buildRequestRecord(exchange: Exchange, user: string | null): RequestRecord {
  const { at, beganAt, endedAt, status, refusal, usage, key, isGone } = exchange
  const tries = exchange.attemptRecords ?? NO_ATTEMPTS
  const latencyMs = endedAt - at
  return {
    id: exchange.id,
    at,
    latencyMs,
    firstByteMs: status === null ? null : beganAt === 0 ? latencyMs : beganAt - at,
    method: exchange.call.method,
    route: exchange.route,
    dialect: exchange.dialect,
    clientKey: key === null ? null : key.key.name,
    clientKeyId: key === null ? null : key.key.id,
    onlyUser: key?.key.user ?? user,
    model: exchange.model,
    isStream: exchange.isStream,
    status,
    outcome: refusal !== null ? refusal.code : (tries.at(-1)?.outcome ?? (isGone ? 'aborted' : 'ok')),
    message: refusal?.message ?? reasonIn(tries.at(-1)),
    attempts: tries,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    costUsd: usage.costUsd,
    isEstimated: usage.isEstimated === true,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    isClientGone: isGone && !exchange.isCut,
    traceparent: exchange.traceparent,
  }
}
