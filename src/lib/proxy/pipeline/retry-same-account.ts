import type { Format } from '../../translate/translate.ts'
import { refusedAddition } from './added-parameters.ts'
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
export function retryReason(result: AttemptResult, assignment: Assignment): RetryReason | null {
  const { sent, retried } = assignment
  if (result.kind === 'answered' || sent === null) return null
  const reason = reasonIn(result, sent, assignment)
  return reason === null || retried.includes(reason) ? null : reason
}

function reasonIn(result: Refused, sent: Sent, assignment: Assignment): RetryReason | null {
  if (result.isStale) return 'stale-connection'
  if (isOptionRefused(result, sent)) return 'usage-option'
  if (refusedParameter(result, assignment) !== null) return 'added-parameter'
  const refused = refusedPart(result, sent, assignment.plan.incoming.route.format)
  const isLeftOut = refused === 'effort' && assignment.retried.includes('added-parameter')
  if (refused !== null && !isLeftOut) return refused
  return isTokenRefused(result, sent) ? 'access-token' : null
}

function isOptionRefused({ outcome, held }: Refused, { outgoing }: Sent): boolean {
  if (!outgoing.asksForUsage || outcome.class !== 'bad-request' || held === null) return false
  return USAGE_OPTION.test(held.body.toString('latin1', 0, MOST_SEARCHED))
}

/** The parameter that the account refuses although its client never wrote it; null: none. */
export function refusedParameter(result: AttemptResult, { sent, plan }: Assignment): string | null {
  if (result.kind === 'answered' || sent === null || result.held === null) return null
  if (result.outcome.class !== 'bad-request') return null
  return refusedAddition(result.held, sent.outgoing, plan.incoming.bytes)
}

// https://github.com/openai/codex and https://platform.openai.com/docs/guides/reasoning (2026-11): the code
// `invalid_encrypted_content`; https://platform.claude.com/docs/en/build-with-claude/extended-thinking (2026-11):
// "Invalid `signature` in `thinking` block".
const EFFORT = /reasoning_effort|enable_thinking|thinking_budget/i
const SEALED = /encrypted_content|thought_?signature|signature.{0,40}thinking|thinking.{0,40}signature/is

/** The refused part of a request that the client did not write so, or cannot know to be wrong. */
function refusedPart(
  { outcome, held }: Refused,
  { outgoing }: Sent,
  format: Format | null,
): RetryReason | null {
  if (format === null || outcome.class !== 'bad-request' || held === null) return null
  const said = held.body.toString('latin1', 0, MOST_SEARCHED)
  if (SEALED.test(said)) return 'sealed-state'
  return outgoing.plan !== null && EFFORT.test(said) ? 'effort' : null
}

/** Whether the provider refuses the access token of a login. A token may end early, and can be renewed. */
function isTokenRefused({ outcome, held }: Refused, { target }: Sent): boolean {
  if (target.token === null || held === null) return false
  return outcome.class === 'auth-refresh' || (outcome.class === 'auth-dead' && held.status === 401)
}
