import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Outcome } from '../../provider/provider.ts'
import { lasts, mismatch, refusal } from '../../rotation/eligibility.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { RotationRequest } from '../../rotation/rotation-request.ts'
import { missingProviderFix, formatMissingProvider } from '../../toolkit/missing-provider.ts'
import type { Exchange } from './exchange.ts'
import type { HeldAnswer } from './held-answer.ts'
import type { LivePool, RefusalReport } from '../pool/live-pool.ts'
import { PassedHeaders, responseHeaders } from '../wire/response-headers.ts'

/** A try that ended without an answer for the client. */
export interface Failure {
  member: Member
  outcome: Outcome
  /** What the upstream said; null: nothing. */
  held: HeldAnswer | null
}

/** Says, when no account could answer, why: the upstream's own word where it is about the request, else ours. */
export function sendFinalError(
  live: LivePool,
  exchange: Exchange,
  wanted: readonly RotationRequest[],
  failures: Failure[],
): void {
  const isPinned = typeof wanted[0]?.pin === 'string'
  const verdict = upstreamsVerdict(failures, isPinned)
  if (verdict !== null) return passOn(exchange, verdict, isPinned)
  const first = earliestReturn(live, wanted)
  if (first === null && failures.length === 0) return refuse(live, exchange, describeNoAccount(live, wanted))
  if (isForUpstreams(failures, first?.at ?? null, live.view.now))
    return refuse(live, exchange, upstreamError(failures))
  if (first === null || first.at === null) return refuse(live, exchange, onlyTheUser(live, wanted))
  const seconds = Math.max(1, Math.ceil((first.at - live.view.now) / 1000))
  const { name, provider } = first.member.account
  const who = `${provider}/${name}`
  const when = `at ${new Date(first.at).toISOString()} (in ${seconds} s)${numbersOf(live, wanted, first)}`
  const error = new QwenctlError(
    'quota_exhausted',
    isPinned
      ? `${who}, which the request is pinned to, is out and returns ${when}`
      : `every account for this request is out; ${who} returns first, ${when}`,
    { hint: 'qwenctl quota show tells what is left of each' },
  )
  // Clients would otherwise retry at once, or sleep on a time that is not the pool's.
  refuse(live, exchange, error, {
    headers: ['retry-after', String(seconds), 'x-should-retry', 'false'],
    returns: { member: first.member, at: first.at },
  })
}

/** What the account is out by, where we counted it. Of cooldowns not: what a provider said may be about others' requests. */
function numbersOf(
  { view }: LivePool,
  wanted: readonly RotationRequest[],
  { member }: { member: Member },
): string {
  const found = wanted
    .map((request) => refusal(member, request, view))
    .filter((each) => each !== null)
    // The one that it returns by; not by its time, since some are reckoned from a now that has gone on.
    .sort((one, other) => (lasts(one) < lasts(other) ? -1 : 1))[0]
  return found === undefined || found.kind === 'cooling' ? '' : `: ${found.words}`
}

/** The last word of an upstream that is about the request itself, which the client is to read; null: there is none. */
function upstreamsVerdict(failures: Failure[], isPinned: boolean): HeldAnswer | null {
  const last = failures.at(-1)
  if (last === undefined || last.held === null || isRedirect(last.held)) return null
  const isAboutRequest = last.outcome.class === 'bad-request' || isPinned
  return isAboutRequest || failures.every(isForClient) ? last.held : null
}

/** A client that followed it would tell the conversation to somebody of the upstream's choosing. */
function isRedirect({ status }: HeldAnswer): boolean {
  return status >= 300 && status < 400
}

/** The first to return of those that fit any of these; see `Pool.earliestReturn`. */
export function earliestReturn(
  { pool, view }: LivePool,
  wanted: readonly RotationRequest[],
): ReturnType<LivePool['pool']['earliestReturn']> {
  let first: ReturnType<LivePool['pool']['earliestReturn']> = null
  for (const request of wanted) {
    const found = pool.earliestReturn(request, view)
    if (found === null) continue
    if (first === null || (found.at ?? Infinity) < (first.at ?? Infinity)) first = found
  }
  return first
}

function refuse(
  live: LivePool,
  exchange: Exchange,
  error: QwenctlError,
  { headers = [], returns = null }: { headers?: string[]; returns?: RefusalReport['returns'] } = {},
): void {
  // Asked again at once, an empty pool says the same: clients would only lose time.
  if (error.code === 'no_accounts' || error.code === 'model_not_found')
    headers.push('x-should-retry', 'false')
  live.tellRefusal({ requestId: exchange.id, code: error.code, message: error.message, returns })
  exchange.sendError(error, headers)
}

/** Upstreams failed, and no quota is to blame: nobody else was asked, or who failed may be asked again at once. */
export function isForUpstreams(failures: Failure[], firstReturn: number | null, now: number): boolean {
  if (!failures.some(isUpstreamsFault)) return false
  return failures.every(isUpstreamsFault) || (firstReturn !== null && firstReturn <= now)
}

/** The client can act on it: it names the model, the endpoint or the size of the request. */
function isForClient({ outcome }: Failure): boolean {
  return ['model-unavailable', 'route-missing', 'request-declined'].includes(outcome.class)
}

function isUpstreamsFault({ outcome }: Failure): boolean {
  // `auth-refresh` here: a login server that could not be asked.
  return ['overloaded', 'unreachable', 'timeout', 'auth-refresh'].includes(outcome.class)
}

/** The upstream's answer as it came. A pinned account's own `retry-after` is true for a request that has no other. */
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
    return `${member.account.name}${said}: ${outcome.message}`
  })
  // One that says 503 has answered.
  const what = failures.every(({ held }) => held === null)
    ? 'no upstream answered'
    : 'no upstream could serve it'
  return new QwenctlError(
    isLate ? 'upstream_timeout' : 'upstream_unavailable',
    `${what} (${tried.join('; ')})`,
  )
}

/** There is none, or none whose provider is there. */
function noAccounts([orphan]: readonly Account[]): QwenctlError {
  if (orphan === undefined) return new QwenctlError('no_accounts', 'there is no account yet')
  const { provider, name } = orphan
  return new QwenctlError(
    'no_accounts',
    `${provider}/${name} cannot serve: ${formatMissingProvider(provider)}`,
    {
      hint: missingProviderFix(orphan),
    },
  )
}

/** No account fits what is asked, whatever the time. */
function describeNoAccount(
  { pool, accounts, orphans }: LivePool,
  wanted: readonly RotationRequest[],
): QwenctlError {
  const { dialect, route, model, provider, group } = wanted[0] ?? {}
  if (accounts.length === 0) return noAccounts(orphans)
  const pinned = formatPinned(pool.members, wanted)
  if (pinned !== null)
    return new QwenctlError('no_accounts', pinned, {
      hint: 'leave x-qwenctl-account out, or name another account; qwenctl auth list shows them',
    })
  const without = (part: Partial<RotationRequest>) =>
    wanted.some((request) => pool.fits({ ...request, ...part }))
  if (!pool.fits(accountsOf(wanted))) {
    return new QwenctlError('no_accounts', 'every account that may serve this client is disabled', {
      hint: 'qwenctl accounts enable ACCOUNT',
    })
  }
  if (without({ model: null })) {
    return new QwenctlError('model_not_found', `no account serves the model ${model ?? ''}`, {
      hint: 'GET /v1/models lists the models of the pool',
    })
  }
  const words = [
    group === null || group === undefined ? '' : ` in group ${group}`,
    provider === null || provider === undefined ? '' : ` at ${provider}`,
    without({ dialect: null }) && dialect ? ` that speaks the ${dialect} dialect` : '',
    without({ route: null }) && route ? ` whose service has ${route}` : '',
  ].join('')
  return new QwenctlError('no_accounts', `there is no enabled account${words}`, {
    hint: 'qwenctl auth list shows the accounts',
  })
}

/** All accounts that may serve the client, whatever it asks for. */
function accountsOf([first]: readonly RotationRequest[]): RotationRequest {
  return { user: first?.user ?? null, allowed: first?.allowed ?? null }
}

/** Why the account that a request is pinned to cannot serve it; null: it is pinned to none. */
function formatPinned(members: readonly Member[], wanted: readonly RotationRequest[]): string | null {
  // Of a request that would be translated, the other format is asked for last: what stands in its way stands in every way.
  const request = wanted.at(-1)
  const member = members.find(({ account }) => account.id === request?.pin)
  if (request === undefined || member === undefined) return null
  const { provider, name } = member.account
  const found = mismatch(member, request)
  return `${provider}/${name}, which the request is pinned to, cannot serve it${found === null ? '' : `: ${found.words}`}`
}

function onlyTheUser({ pool, view }: LivePool, wanted: readonly RotationRequest[]): QwenctlError {
  const reasons = wanted
    .flatMap((request) => pool.whyNot(request, view))
    .filter(
      ({ refusal }) =>
        refusal.kind === 'needs-login' ||
        refusal.kind === 'cooling' ||
        refusal.kind === 'exhausted' ||
        refusal.kind === 'reserved' ||
        refusal.kind === 'capped',
    )
    .map(({ member, refusal }) => `${member.account.name} ${refusal.words}`)
  const more = reasons.length > 3 ? ` and ${reasons.length - 3} more` : ''
  return new QwenctlError('no_accounts', `no account can serve: ${reasons.slice(0, 3).join('; ')}${more}`, {
    hint: 'qwenctl auth verify checks them again once their provider has been seen to',
  })
}
