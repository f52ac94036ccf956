import { isOllamaChat } from '../plan/routes.ts'
import { refusedAddition, SUMMARY } from './added-parameters.ts'
import { refusedThoughts } from './earlier-thinking.ts'
import { readTokenLimit } from './token-limit.ts'
import type { AttemptResult, Refused } from './attempt-result.ts'
import type { RetryReason, Sent, Assignment } from './assignment.ts'

/** Matches a provider's name for the stream usage option. */
const USAGE_OPTION = /stream_?options|include_?usage/i
const MOST_SEARCHED = 64 << 10

/**
 * Why this account should get the request again; null: it should not. Every reason counts once, but for parameters. The
 * upstream may have read the first request, so the second needs its own reservation.
 */
export function retryReason(result: AttemptResult, assignment: Assignment): RetryReason | null {
  const { sent, retried } = assignment
  if (result.kind === 'answered' || sent === null) return null
  if (assignment.plan.incoming.route.service !== null) return serviceReason(result, sent, assignment)
  if (result.isStale) return retried.includes('stale-connection') ? null : 'stale-connection'
  for (const [reason, applies] of reasons)
    if (isLeft(reason, retried) && applies(result, sent, assignment)) return reason
  return null
}

/** A model may refuse several parameters, one after the other. */
const MOST_PARAMETERS = 3

function isLeft(reason: RetryReason, retried: readonly RetryReason[]): boolean {
  if (reason !== 'added-parameter') return !retried.includes(reason)
  return retried.filter((one) => one === reason).length < MOST_PARAMETERS
}

/** A service may have acted on a request that came on a connection that it was closing. */
function serviceReason(result: Refused, sent: Sent, { retried }: Assignment): RetryReason | null {
  const reason = result.isStale ? 'stale-connection' : 'access-token'
  const applies = result.isStale
    ? isSafe(sent.outgoing.method)
    : result.held?.status === 401 && isTokenRefused(result, sent)
  return applies && !retried.includes(reason) ? reason : null
}

/** The order matters: messages about sealed thinking also name the thinking parameter. */
const reasons: readonly [RetryReason, (result: Refused, sent: Sent, assignment: Assignment) => boolean][] = [
  ['usage-option', isOptionRefused],
  ['sealed-state', isSealRefused],
  ['token-limit', (result, sent) => refusedLength(result, sent) !== null],
  ['added-parameter', (result, _, assignment) => refusedParameter(result, assignment) !== null],
  ['effort', isEffortRefused],
  ['access-token', isTokenRefused],
]

function isOptionRefused({ outcome, held }: Refused, { outgoing }: Sent): boolean {
  if (!outgoing.asksForUsage || outcome.class !== 'bad-request' || held === null) return false
  return USAGE_OPTION.test(held.body.toString('latin1', 0, MOST_SEARCHED))
}

/** The assignment for the next request to this account, without what it refused. */
export function changeRequest(
  assignment: Assignment,
  reason: RetryReason,
  result: AttemptResult,
): Assignment {
  const { sent, leftOut, mostTokens } = assignment
  const refused = reason === 'added-parameter' ? refusedParameter(result, assignment) : null
  return {
    ...assignment,
    retried: [...assignment.retried, reason],
    leftOut: refused === null ? leftOut : [...leftOut, refused],
    mostTokens: reason === 'token-limit' ? refusedLength(result, sent) : mostTokens,
  }
}

/** The most tokens of an answer, if the account refuses more; null: it refuses something else. */
function refusedLength(result: AttemptResult, sent: Sent | null): number | null {
  if (result.kind === 'answered' || result.held === null || sent?.outgoing.plan == null) return null
  return result.outcome.class === 'bad-request' ? readTokenLimit(result.held.body) : null
}

/** The client of an Ollama route wrote none of the names of a chat completion. */
const NOTHING_WRITTEN = Buffer.from('{}')

/**
 * The parameter that the account refuses although its client never wrote it, or wrote it for another service; null: none.
 */
function refusedParameter(result: AttemptResult, { sent, plan }: Assignment): string | null {
  if (result.kind === 'answered' || sent === null || result.held === null) return null
  const { class: outcome } = result.outcome
  if (outcome !== 'bad-request' && outcome !== 'model-unavailable') return null
  const { route, bytes } = plan.incoming
  const isOllama = isOllamaChat(route)
  if (sent.outgoing.plan === null && !isOllama)
    return route.format === 'chat' && outcome === 'bad-request'
      ? refusedThoughts(result.held, sent.outgoing.body)
      : null
  const refused = refusedAddition(result.held, sent.outgoing.body, isOllama ? NOTHING_WRITTEN : bytes)
  // An organisation that is not verified gets the model without summaries of its thinking.
  return outcome === 'bad-request' || refused === SUMMARY ? refused : null
}

// https://github.com/openai/codex and https://platform.openai.com/docs/guides/reasoning (2026-11): the code
// `invalid_encrypted_content`; https://platform.claude.com/docs/en/build-with-claude/extended-thinking (2026-11):
// "Invalid `signature` in `thinking` block".
const SEALED = /encrypted_content|thought_?signature|signature.{0,40}thinking|thinking.{0,40}signature/is
const SEALS = members(
  ...['encrypted_content', 'signature', 'redacted_thinking', 'thought_signature', 'thoughtSignature'],
)
// Gemini: "The thinking budget (52428) is invalid", "Budget 0 is invalid. This model only works in thinking mode",
// "Thinking is not enabled for this model" (2026-11).
const EFFORT =
  /reasoning_effort|enable_thinking|thinking[ _]?(?:budget|level|config|mode)|thinking is not (?:enabled|supported)/i
const EFFORTS = members('reasoning_effort', 'enable_thinking', 'thinking_budget', 'thinkingConfig')

function members(...names: readonly string[]): readonly Buffer[] {
  return names.map((name) => Buffer.from(`"${name}"`))
}

/** The account cannot open state in the request, which another service has sealed. */
function isSealRefused(result: Refused, sent: Sent, { plan }: Assignment): boolean {
  return plan.incoming.route.format !== null && isRefused(result, sent, SEALED, SEALS)
}

/** The client asked for thinking in its own format, and cannot know that the translated parameter is wrong. */
function isEffortRefused(result: Refused, sent: Sent): boolean {
  return sent.outgoing.plan !== null && isRefused(result, sent, EFFORT, EFFORTS)
}

/** Whether the refusal names a part that the request has. Without the part, the next request would be the same. */
function isRefused(
  { outcome, held }: Refused,
  { outgoing }: Sent,
  said: RegExp,
  parts: readonly Buffer[],
): boolean {
  if (outcome.class !== 'bad-request' || held === null) return false
  if (!said.test(held.body.toString('latin1', 0, MOST_SEARCHED))) return false
  return parts.some((part) => outgoing.body.includes(part))
}

/** Whether the provider refuses the access token of a login. A token may end early, and can be renewed. */
function isTokenRefused({ outcome, held }: Refused, { target }: Sent): boolean {
  if (target.token === null || held === null) return false
  return outcome.class === 'auth-refresh' || (outcome.class === 'auth-dead' && held.status === 401)
}

/** RFC 9110, section 9.2.1: methods that change nothing. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
