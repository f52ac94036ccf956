import { activeCooldown, activeIn } from '../quota/cooldowns.ts'
import type { OutcomeClass } from '../quota/log/events.ts'
import { cooldownWords } from '../quota/cooldown-words.ts'
import { sumHolds } from '../quota/in-flight.ts'
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
import type { EndpointWish, RotationMoment, RotationRequest, Wanted } from './rotation-request.ts'
import { routeKey } from './rotation-request.ts'
import type { Refusal } from './refusal.ts'
import { lasts } from './refusal.ts'
import { mismatch, elsewhere, isGiven, hasEndpoint } from './mismatch.ts'

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
    const held = Number(sumHolds(inFlight, of, now).toPrecision(4))
    const words = `the requests in flight may use up its limit ${named}: ${numbers}, ${held} held`
    return { kind: 'exhausted', limit, availableAt, words }
  }
  const words = `what is left of its limit ${named} is reserved: ${numbers}, ${keep}% are kept`
  return { kind: 'reserved', limit, availableAt, words }
}
