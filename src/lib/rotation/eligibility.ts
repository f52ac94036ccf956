import { isInScope } from '../account/client-key.ts'
import { activeCooldown, activeIn } from '../quota/cooldowns.ts'
import type { OutcomeClass } from '../quota/log/events.ts'
import { cooldownWords } from '../quota/cooldown-words.ts'
import { heldAmount } from '../quota/in-flight.ts'
import { formatLimit } from '../quota/limit.ts'
import { hasRoom, isFull, limitRoomAt, standing, usable } from '../quota/standing.ts'
import type {
  Cooldown,
  InFlight,
  LedgerState,
  LimitState,
  ModelLimitState,
  SubjectState,
} from '../quota/log/state.ts'
import type { Member } from './pool/member.ts'
import { weighEvidence } from './models/model-evidence.ts'
import type { EndpointWish, RotationMoment, RotationRequest, Wanted } from './rotation-request.ts'
import { routeKey } from './rotation-request.ts'

export type MismatchKind =
  | 'disabled'
  | 'other-user'
  | 'not-pinned'
  | 'not-allowed'
  | 'other-provider'
  | 'other-service'
  | 'other-group'
  | 'wrong-dialect'
  | 'no-such-route'
  | 'model-not-served'
  | 'model-elsewhere'
  | 'kept-apart'

/** Why an account may not serve now. `availableAt` is in epoch milliseconds, null: only the user can change it. */
export type Refusal = { words: string; availableAt: number | null } & (
  | { kind: MismatchKind }
  /** `evidence`: what the provider said; null: there is no credential. */
  | { kind: 'needs-login'; evidence: string | null }
  /** A cap that the user set over the accounts. */
  | { kind: 'capped' }
  | {
      kind: 'cooling'
      scope: 'account' | 'model' | 'route' | 'quota-group' | 'provider'
      reason: OutcomeClass
      /** The provider's message. */
      evidence: string | null
    }
  /** `limit` as it is written: `2000/day`. `reserved`: the rest of it is for other uses than the pool. */
  | { kind: 'exhausted' | 'reserved'; limit: string }
)

/**
 * Why the account may not serve this request now; null: it may. Of several reasons, returns the one that lasts
 * longest. `isLeftOut`: from `accountsLeftOut` for all members.
 */
export function refusal(
  member: Member,
  request: RotationRequest,
  view: RotationMoment,
  isLeftOut: (member: Member) => boolean = () => false,
): Refusal | null {
  const found = mismatch(member, request)
  if (found !== null) return found
  return isLeftOut(member) ? elsewhere(request) : unavailability(member, request, view)
}

/** The refusal that only a change of the documents ends: the account does not fit the request. */
export function mismatch(member: Member, request: RotationRequest): Refusal | null {
  const kind = mismatchKind(member, request)
  return kind === null ? null : { kind, availableAt: null, words: formatMismatch(kind, member, request) }
}

export function mismatchKind(member: Member, request: RotationRequest): MismatchKind | null {
  const { dialects, hasRoute, isKeptApart } = member
  const { dialect, model, route } = request
  const who = accountMismatch(member, request)
  if (who !== null) return who
  if (isGiven(request.anyOf)) {
    if (!request.anyOf.some((each) => dialects.has(each.dialect))) return 'wrong-dialect'
    if (!request.anyOf.some((each) => hasEndpoint(member, each))) return 'no-such-route'
  }
  if (isGiven(dialect) && !dialects.has(dialect)) return 'wrong-dialect'
  if (isGiven(route) && dialect !== 'gemini' && hasRoute(route) === false) return 'no-such-route'
  if (!isGiven(model) || weighEvidence(member, model) !== 'absent') return null
  return isKeptApart ? 'kept-apart' : 'model-not-served'
}

/** Whether the request may use this account at all, whatever model, format or endpoint it asks for. */
export function isAskable(member: Member, request: RotationRequest): boolean {
  return accountMismatch(member, request) === null
}

function accountMismatch({ account, service }: Member, request: RotationRequest): MismatchKind | null {
  const { allowed } = request
  if (!account.enabled) return 'disabled'
  if (service !== (request.service ?? null)) return 'other-service'
  if (differs(request.user, account.user)) return 'other-user'
  if (differs(request.pin, account.id)) return 'not-pinned'
  if (allowed && !isInScope({ user: null, allowed }, account)) return 'not-allowed'
  if (differs(request.provider, account.provider)) return 'other-provider'
  return isGiven(request.group) && !account.groups.includes(request.group) ? 'other-group' : null
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

function differs(asked: string | null | undefined, is: string): boolean {
  return isGiven(asked) && asked !== is
}

/** The refusal of an account that is not tried because others are known to have the model. */
export function elsewhere({ model }: RotationRequest): Refusal {
  const words = `is not known to have model ${String(model)}, which others have`
  return { kind: 'model-elsewhere', availableAt: null, words }
}

function formatMismatch(
  kind: MismatchKind,
  { account, service, dialects }: Member,
  request: RotationRequest,
): string {
  switch (kind) {
    case 'disabled':
      return 'disabled'
    case 'other-user':
      return `belongs to user ${account.user}`
    case 'not-pinned':
      return 'the request is pinned to another account'
    case 'not-allowed':
      return 'the client key may not use it'
    case 'other-provider':
      return `is at ${account.provider}, the request asks for ${String(request.provider)}`
    case 'other-service':
      return service === null ? 'is an account for models' : `is for requests below /services/${service}`
    case 'other-group':
      return `is not in group ${String(request.group)}`
    case 'wrong-dialect':
      return isGiven(request.anyOf)
        ? 'its endpoint speaks no format that can serve the request'
        : `its endpoint does not speak the ${String(request.dialect)} dialect`
    case 'no-such-route':
      return `its service has no ${String(request.route ?? request.anyOf?.find((each) => dialects.has(each.dialect))?.route)}`
    case 'model-not-served':
      return `does not serve model ${String(request.model)}`
    case 'model-elsewhere':
      return elsewhere(request).words
    case 'kept-apart':
      return 'is simulated: beside real accounts it serves its own models only'
  }
}

/** Whether nothing in the ledger keeps the account from serving the request now: `unavailability` without the reasons. */
export function isAvailable(member: Member, wanted: Wanted, view: RotationMoment): boolean {
  const { subjects, hasCredential } = member
  if (!hasCredential) return false
  const model = wanted.model ?? null
  const { state, now, caps } = view
  const account = state.subjects.get(subjects.account)
  return (
    activeIn(account, model, now) === null &&
    activeRoute(member, account, wanted, now) === null &&
    (subjects.quotaGroup === null || activeCooldown(state, subjects.quotaGroup, model, now) === null) &&
    activeCooldown(state, subjects.provider, model, now) === null &&
    hasRoom(account, now, model, view) &&
    (!caps || caps.hasRoom(subjects.account, state, now))
  )
}

/** Whether the account answered that it lacks the model or the endpoint. No time brings it back for this request. */
export function lacksWanted(member: Member, wanted: Wanted, { state, now }: RotationMoment): boolean {
  const cooldowns = state.subjects.get(member.subjects.account)?.cooldowns
  if (cooldowns === undefined || cooldowns.size === 0) return false
  const isFor = (key: string, reason: OutcomeClass) => {
    const found = cooldowns.get(key)
    return found?.reason === reason && (found.until === null || found.until > now)
  }
  if (isGiven(wanted.model) && isFor(wanted.model, 'model-unavailable')) return true
  const endpoints = listEndpoints(member, wanted)
  return endpoints.length > 0 && endpoints.every((each) => isFor(routeKey(each), 'route-missing'))
}

/** The refusal that the ledger gives. Such refusals end with time, or by `auth`, `quota reset` and similar commands. */
export function unavailability(member: Member, wanted: Wanted, view: RotationMoment): Refusal | null {
  if (!member.hasCredential)
    return { kind: 'needs-login', availableAt: null, words: 'has no credential', evidence: null }
  const model = wanted.model ?? null
  const { account, quotaGroup, provider } = member.subjects
  const found = [
    cooling(account, 'account', model, view),
    routeCooling(member, wanted, view),
    quotaGroup === null ? null : cooling(quotaGroup, 'quota-group', model, view),
    cooling(provider, 'provider', model, view),
    exhaustion(view.state.subjects.get(account), model, view),
    capped(account, view),
  ]
  let longest: Refusal | null = null
  for (const each of found)
    if (each !== null && (longest === null || lasts(each) > lasts(longest))) longest = each
  return longest
}

function capped(account: string, { state, now, caps }: RotationMoment): Refusal | null {
  const found = caps?.refusal(account, state, now)
  return found ? { kind: 'capped', ...found } : null
}

/** `availableAt` for comparison: null is later than any time. */
export function lasts(refusal: Pick<Refusal, 'availableAt'>): number {
  return refusal.availableAt ?? Infinity
}

const scopeWords = {
  account: '',
  model: 'this model ',
  'quota-group': 'its quota group ',
  provider: 'its provider ',
}

function cooling(
  subject: string,
  scope: 'account' | 'quota-group' | 'provider',
  model: string | null,
  { state, now }: RotationMoment,
): Refusal | null {
  const cooldown = activeCooldown(state, subject, model, now)
  if (cooldown === null) return null
  const { reason, evidence, until: availableAt } = cooldown
  if (scope === 'account' && reason === 'auth-dead') {
    // The guessed time of the next test is not a time of return.
    const words = withEvidence(cooldownWords[reason], cooldown)
    return { kind: 'needs-login', availableAt: null, words, evidence }
  }
  const narrowed = scope === 'account' && !isOfWhole(state, subject, cooldown) ? 'model' : scope
  const words = withEvidence(`${scopeWords[narrowed]}is in cooldown: ${cooldownWords[reason]}`, cooldown)
  return { kind: 'cooling', scope: narrowed, reason, evidence, availableAt, words }
}

/** The cooldown of the endpoint that the request reaches at this account. Of several, the one that ends first. */
function activeRoute(
  member: Member,
  account: SubjectState | undefined,
  wanted: Wanted,
  now: number,
): Cooldown | null {
  // Every choice runs this check, and an account without a cooldown needs no key.
  if (account === undefined || account.cooldowns.size === 0) return null
  if (!isGiven(wanted.anyOf)) return routeCooldown(account, wanted, now)
  let first: Cooldown | null = null
  for (const endpoint of listEndpoints(member, wanted)) {
    const cooldown = routeCooldown(account, endpoint, now)
    if (cooldown === null) return null
    if (first === null || lasts({ availableAt: cooldown.until }) < lasts({ availableAt: first.until }))
      first = cooldown
  }
  return first
}

function routeCooldown(
  account: SubjectState,
  endpoint: Pick<Wanted, 'route' | 'dialect'>,
  now: number,
): Cooldown | null {
  const cooldown = account.cooldowns.get(routeKey(endpoint))
  return cooldown === undefined || (cooldown.until !== null && cooldown.until <= now) ? null : cooldown
}

/** Whether the account may have this endpoint. */
function hasEndpoint({ dialects, hasRoute }: Member, { dialect, route }: EndpointWish): boolean {
  // Providers list the routes below their OpenAI base.
  return dialects.has(dialect) && (route === null || dialect === 'gemini' || hasRoute(route) !== false)
}

/** The endpoints of the account that can serve the request. A request for none in particular may use each chat. */
function listEndpoints(member: Member, wanted: Wanted): readonly Pick<Wanted, 'route' | 'dialect'>[] {
  if (isGiven(wanted.anyOf)) return wanted.anyOf.filter((each) => hasEndpoint(member, each))
  if (isGiven(wanted.route) || isGiven(wanted.dialect)) return [wanted]
  return [...member.dialects].map((dialect) => ({ dialect }))
}

/**
 * The endpoint of the account that a request of several uses: the first that is not in cooldown, or else the first. For
 * a member that fits the request.
 */
export function endpointFor(
  member: Member,
  anyOf: readonly EndpointWish[],
  { state, now }: RotationMoment,
): EndpointWish {
  const account = state.subjects.get(member.subjects.account)
  const own = anyOf.filter((each) => hasEndpoint(member, each))
  const open = own.find((each) => account === undefined || routeCooldown(account, each, now) === null)
  return open ?? own[0] ?? anyOf[0]!
}

function routeCooling(member: Member, wanted: Wanted, { state, now }: RotationMoment): Refusal | null {
  const account = state.subjects.get(member.subjects.account)
  const cooldown = activeRoute(member, account, wanted, now)
  if (cooldown === null) return null
  const { reason, evidence, until: availableAt } = cooldown
  const words = withEvidence(`this endpoint is in cooldown: ${cooldownWords[reason]}`, cooldown)
  return { kind: 'cooling', scope: 'route', reason, evidence, availableAt, words }
}

function isOfWhole(state: LedgerState, subject: string, cooldown: Cooldown): boolean {
  return state.subjects.get(subject)?.cooldowns.get('*') === cooldown
}

function withEvidence(words: string, { evidence }: Cooldown): string {
  return evidence === null ? words : `${words} (${evidence})`
}

/** The time until the next attempt, if requests in flight may fill a limit. */
const IN_FLIGHT_MS = 250

function exhaustion(
  subject: SubjectState | undefined,
  model: string | null,
  view: RotationMoment,
): Refusal | null {
  const { now, keep } = view
  if (subject === undefined || hasRoom(subject, now, model, view)) return null
  let found: { limit: LimitState | ModelLimitState; availableAt: number | null } | null = null
  const ofModel = subject.modelLimits.filter((limit) => limit.model === model)
  for (const limit of [...subject.limits, ...ofModel]) {
    const isSpent = isFull(limit, now, view)
    if (!isSpent && !isFull(limit, now, view, subject.inFlight)) continue
    const at = isSpent ? limitRoomAt(limit, now, keep) : now + IN_FLIGHT_MS
    // A limit with nothing to use is full, and has no charge that could expire. Only the user can raise it.
    const availableAt = at > now && usable(limit, keep) > 0 ? at : null
    if (found === null || lasts({ availableAt }) > lasts(found)) found = { limit, availableAt }
  }
  return found === null
    ? null
    : usedUp(found.limit, found.availableAt, { now, keep, inFlight: subject.inFlight })
}

/** Includes the numbers, so that a refused client sees the reason. */
function usedUp(
  of: LimitState | ModelLimitState,
  availableAt: number | null,
  { now, keep = 0, inFlight }: Pick<RotationMoment, 'now' | 'keep'> & { inFlight: InFlight | undefined },
): Refusal {
  const limit = formatLimit(of)
  const named = 'model' in of ? `${limit} of model ${of.model}` : limit
  const { used } = standing(of, now)
  const numbers = `${used} of ${of.max} used`
  if (used >= of.max) {
    return { kind: 'exhausted', limit, availableAt, words: `its limit ${named} is used up: ${numbers}` }
  }
  if (keep === 0) {
    const held = Number(heldAmount(inFlight, of, now).toPrecision(4))
    const words = `the requests in flight may use up its limit ${named}: ${numbers}, ${held} held`
    return { kind: 'exhausted', limit, availableAt, words }
  }
  const words = `what is left of its limit ${named} is reserved: ${numbers}, ${keep}% are kept`
  return { kind: 'reserved', limit, availableAt, words }
}
