import type { AttemptResult } from './attempt-result.ts'
import type { RetryReason, Sent, Assignment } from './assignment.ts'

type Refused = Extract<AttemptResult, { kind: 'refused' }>

/** Matches a provider's name for the stream usage option. */
const USAGE_OPTION = /stream_?options|include_?usage/i
const MOST_SEARCHED = 64 << 10

/**
 * Why this account should get the request again; null: it should not. Every reason counts once. The upstream
 * may have read the first request, so the second needs its own reservation.
 */
export function retryReason(result: AttemptResult, { sent, retried }: Assignment): RetryReason | null {
  if (result.kind === 'answered' || sent === null) return null
  const reason = reasonIn(result, sent)
  return reason === null || retried.includes(reason) ? null : reason
}

function reasonIn(result: Refused, sent: Sent): RetryReason | null {
  if (result.isStale) return 'stale-connection'
  if (isOptionRefused(result, sent)) return 'usage-option'
  return isTokenRefused(result, sent) ? 'access-token' : null
}

function isOptionRefused({ outcome, held }: Refused, { outgoing }: Sent): boolean {
  if (!outgoing.asksForUsage || outcome.class !== 'bad-request' || held === null) return false
  return USAGE_OPTION.test(held.body.toString('latin1', 0, MOST_SEARCHED))
}

/** Whether the provider refuses the access token of a login. A token may end early, and can be renewed. */
function isTokenRefused({ outcome, held }: Refused, { target }: Sent): boolean {
  if (target.token === null || held === null) return false
  return outcome.class === 'auth-refresh' || (outcome.class === 'auth-dead' && held.status === 401)
}
