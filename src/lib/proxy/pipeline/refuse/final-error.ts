import { QwenctlError } from '../../../base/errors.ts'
import { isContextOverflow } from '../../../provider/context-overflow.ts'
import { describeReturn } from '../../../rotation/return-time.ts'
import { refusal } from '../../../rotation/eligibility.ts'
import { lasts } from '../../../rotation/refusal.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { RotationRequest } from '../../../rotation/rotation-request.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { sendError } from '../exchange/send-error.ts'
import type { Failure } from './failure.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { RefusalReport } from '../../pool/reports.ts'
import { findProbablyLacking } from './lacking-model.ts'
import { formatPin, lastingRefusal } from './lasting-refusal.ts'
import { tellOverflow } from './overflow-answer.ts'
import type { PinnedBy } from '../plan/request-plan.ts'
import { PassedHeaders, responseHeaders } from '../../wire/headers/response-headers.ts'

/** An account, and when it may serve: epoch milliseconds, or null when it needs a person. */
export interface FirstReturn {
  member: Member
  at: number | null
}

/**
 * Explains why no account could answer: with the upstream's own message if it is about the request, else with
 * a qwenctl error.
 */
export function sendFinalError(
  live: LivePool,
  exchange: Exchange,
  wanted: readonly RotationRequest[],
  { failures, pinnedBy }: { failures: Failure[]; pinnedBy: PinnedBy },
): void {
  const isPinned = pinnedBy !== null
  // The client of an HTTP API expects that API's own error, for which no dialect has a form.
  const isOwn = isPinned || (wanted[0]?.service != null && failures.at(-1)?.outcome.class === 'overloaded')
  const verdict = upstreamsVerdict(failures, isOwn)
  if (verdict !== null)
    return passOn(exchange, tellOverflow(verdict.held, verdict.outcome, exchange.errorShape), isOwn)
  const first = earliestReturn(live, wanted, failures)
  if (isForUpstreams(failures, first?.at ?? null, live.view.now))
    return refuse(live, exchange, upstreamError(failures))
  const tooMuch = first?.at == null ? failures.findLast(({ returnsAt }) => returnsAt === null) : undefined
  if (tooMuch !== undefined) return refuse(live, exchange, exceedsLimit(tooMuch))
  if (first === null || first.at === null)
    return refuse(
      live,
      exchange,
      lastingRefusal(live, wanted, { failures, pinnedBy, written: exchange.model, key: exchange.key }),
    )
  const { member, at } = first
  const dear = failures.find((failure) => failure.member === member && failure.returnsAt === at)
  const error =
    dear === undefined ? exhausted(live, wanted, { member, at }, pinnedBy) : needsRoom(live, dear, at)
  refuse(live, exchange, error, { member, at })
}

/** The request may use more than its accounts have left now. */
function needsRoom(live: LivePool, { member, outcome }: Failure, at: number): QwenctlError {
  const { when, details } = describeReturn(at, live.view.now)
  return new QwenctlError(
    'quota_exhausted',
    `no account has enough left for this request; ${formatName(member)} may have it at ${when}: ${outcome.message}`,
    { hint: SMALLER, details },
  )
}

/** The request may use more than a whole limit. */
function exceedsLimit({ member, outcome }: Failure): QwenctlError {
  const { account } = member
  return new QwenctlError('needs_action', `no account can serve. ${formatName(member)}: ${outcome.message}`, {
    hint: `${SMALLER}; or raise it: qwenctl accounts set ${account.name} --limit LIMIT`,
  })
}

const SMALLER = 'a request with a smaller max_tokens or a shorter text may fit'

function formatName({ account }: Member): string {
  return `${account.provider}/${account.name}`
}

function exhausted(
  live: LivePool,
  wanted: readonly RotationRequest[],
  first: { member: Member; at: number },
  pinnedBy: PinnedBy,
): QwenctlError {
  const account = formatName(first.member)
  const { when: time, details } = describeReturn(first.at, live.view.now)
  const when = `at ${time}${formatCounts(live, wanted, first.member)}`
  return new QwenctlError(
    'quota_exhausted',
    pinnedBy !== null
      ? `${account}, ${formatPin(pinnedBy)}, is out and returns ${when}`
      : `every account for this request is out; ${account} returns first, ${when}`,
    {
      hint: 'see what is left of each: qwenctl quota show',
      details,
    },
  )
}

/**
 * The limit that the account has used up, if qwenctl counted it. Cooldowns have none: a provider's message
 * may be about others' requests.
 */
function formatCounts({ view }: LivePool, wanted: readonly RotationRequest[], member: Member): string {
  const found = wanted
    .map((request) => refusal(member, request, view))
    .filter((each) => each !== null)
    // Takes the last reason to end, not the earliest time: some times are relative to an earlier now.
    .sort((one, other) => (lasts(one) < lasts(other) ? -1 : 1))[0]
  return found === undefined || found.kind === 'cooling' ? '' : `: ${found.words}`
}

/** The last upstream answer about the request itself, which the client should read; null: none. */
function upstreamsVerdict(failures: Failure[], isPinned: boolean): Answered | null {
  // A client can shorten its conversation at once. The other models of its chain may be unavailable for hours.
  const last = failures.findLast(({ outcome }) => isContextOverflow(outcome)) ?? failures.at(-1)
  if (last === undefined || !hasAnswer(last) || isRedirect(last.held)) return null
  const isAboutRequest = last.outcome.class === 'bad-request' || (isPinned && !isForPerson(last))
  return isAboutRequest || failures.every(isDeclined) ? last : null
}

type Answered = Failure & { held: HeldAnswer }

function hasAnswer(failure: Failure): failure is Answered {
  return failure.held !== null
}

/**
 * Only a new key or money ends it, and the error names the command. The upstream's 401 is no answer for a client: it
 * would distrust its own key.
 */
function isForPerson({ outcome }: Failure): boolean {
  return outcome.class === 'auth-dead' || outcome.class === 'quota-hard'
}

/** A client that followed the redirect would send the conversation to a place of the upstream's choosing. */
function isRedirect({ status }: HeldAnswer): boolean {
  return status >= 300 && status < 400
}

/**
 * The first account to return of those that fit any of these; see `Pool.earliestReturn`. Accounts that
 * declined this very request serve others as before, so they do not return for it.
 */
export function earliestReturn(
  live: LivePool,
  wanted: readonly RotationRequest[],
  failures: readonly Failure[] = [],
): FirstReturn | null {
  const declined = new Set(failures.filter(isDeclined).map(({ member }) => member.account.id))
  let first: FirstReturn | null = null
  for (const request of wanted) {
    const found = firstBut(live, request, { failures, declined })
    if (found === null) continue
    if (first === null || (found.at ?? Infinity) < (first.at ?? Infinity)) first = found
  }
  for (const { member, returnsAt } of failures) {
    if (typeof returnsAt === 'number' && (first?.at ?? Infinity) > returnsAt)
      first = { member, at: returnsAt }
  }
  return first
}

/** Accounts that probably lack the model do not return for it either, once others have said so. */
function firstBut(
  live: LivePool,
  request: RotationRequest,
  { failures, declined }: { failures: readonly Failure[]; declined: ReadonlySet<string> },
): FirstReturn | null {
  const { pool, view } = live
  const first =
    declined.size === 0 ? pool.earliestReturn(request, view) : pool.earliestReturnBut(request, view, declined)
  if (first === null) return null
  const lacking = findProbablyLacking(live, request, { first: first.member, failures })
  return lacking.length === 0
    ? first
    : pool.earliestReturnBut(request, view, new Set([...declined, ...lacking]))
}

function refuse(
  live: LivePool,
  exchange: Exchange,
  error: QwenctlError,
  returns: RefusalReport['returns'] = null,
): void {
  live.tellRefusal({ requestId: exchange.id, code: error.code, message: error.message, returns })
  sendError(exchange, error)
}

/**
 * Upstreams failed, and no quota is the cause: no other account was asked, or a retry may succeed at once.
 */
export function isForUpstreams(failures: Failure[], firstReturn: number | null, now: number): boolean {
  if (!failures.some(isUpstreamsFault)) return false
  return failures.every(isUpstreamsFault) || (firstReturn !== null && firstReturn <= now)
}

/** This account cannot serve this one request. The client can make the request smaller. */
function isDeclined({ outcome }: Failure): boolean {
  return outcome.class === 'request-declined'
}

function isUpstreamsFault({ outcome }: Failure): boolean {
  // `auth-refresh` here means that the login server was not reachable.
  return ['overloaded', 'unreachable', 'timeout', 'auth-refresh'].includes(outcome.class)
}

/**
 * Passes the upstream's answer on as it came. A pinned account's `retry-after` is correct for its request,
 * which has no other account.
 */
function passOn(exchange: Exchange, held: HeldAnswer, isPinned: boolean): void {
  const headers = responseHeaders(held.rawHeaders)
  if (isPinned) {
    for (let index = 0; index < held.rawHeaders.length; index += 2) {
      const name = held.rawHeaders[index] ?? ''
      if (name.toLowerCase().startsWith('retry-after')) headers.push(name, held.rawHeaders[index + 1] ?? '')
    }
  }
  exchange.send(held.status, [], held.body, new PassedHeaders(headers))
}

function upstreamError(failures: Failure[]): QwenctlError {
  const isLate = failures.every(({ outcome }) => outcome.class === 'timeout')
  const tried = failures.slice(-3).map(({ member, outcome, held }) => {
    const said = held === null ? '' : ` answered ${held.status}`
    return `${formatName(member)}${said}: ${outcome.message}`
  })
  // An upstream that sends 503 has answered.
  const what = failures.every(({ held }) => held === null)
    ? 'no upstream answered'
    : 'no upstream could serve it'
  return new QwenctlError(
    isLate ? 'upstream_timeout' : 'upstream_unavailable',
    `${what} (${tried.join('; ')})`,
  )
}
