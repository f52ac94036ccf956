import type { Account } from '../../../account/account.ts'
import { allowsModel, isInScope } from '../../../account/client-key.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { AccountTrouble } from '../../../rotation/cooldowns/account-trouble.ts'
import { describeTrouble, findTrouble } from '../../../rotation/cooldowns/account-trouble.ts'
import type { Refusal } from '../../../rotation/refusal.ts'
import { lacksWanted } from '../../../rotation/eligibility.ts'
import { isAskable, mismatch, mismatchKind } from '../../../rotation/mismatch.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import { weighEvidence, isCertain } from '../../../rotation/models/model-evidence.ts'
import { nearModels } from '../../../rotation/models/near-models.ts'
import type { RotationRequest } from '../../../rotation/rotation-request.ts'
import { formatMissingProvider, missingProviderFix } from '../../../toolkit/providers/missing-provider.ts'
import type { Failure } from './failure.ts'
import { probablyLacks, serviceKey } from './lacking-model.ts'
import type { PinnedBy } from '../plan/request-plan.ts'
import type { KnownKey } from '../../pool/authenticate.ts'
import type { LivePool } from '../../pool/live-pool.ts'

const MOST_NAMED = 3

const routeKinds: readonly Refusal['kind'][] = ['wrong-dialect', 'no-such-route']
const modelKinds: readonly Refusal['kind'][] = ['model-not-served', 'model-elsewhere', 'kept-apart']

function hasAny(kinds: ReadonlySet<Refusal['kind']>, wanted: readonly Refusal['kind'][]): boolean {
  return wanted.some((kind) => kinds.has(kind))
}

/** A request that no account could serve, with its failures. */
export interface Unserved {
  failures: readonly Failure[]
  /** The model as the client wrote it. */
  written: string | null
  pinnedBy: PinnedBy
  /** The key of the client; null: it has none. */
  key: KnownKey | null
}

/** Explains why only this account can serve the request. The text follows the account's name. */
export function formatPin(pinnedBy: PinnedBy): string {
  return pinnedBy === 'stored-response'
    ? 'which holds the response that the request continues'
    : 'which the request is pinned to'
}

/** Explains why no account serves a request, if waiting does not help. */
export function lastingRefusal(
  live: LivePool,
  wanted: readonly RotationRequest[],
  unserved: Unserved,
): QwenctlError {
  const { pool, accounts, orphans, view } = live
  const isForClient = buildScopeTest(wanted)
  if (accounts.length === 0) return withoutAccounts(orphans.filter(isForClient))
  const refusals = wanted
    .flatMap((request) => pool.whyNot(request, view))
    .filter(({ member }) => isForClient(member.account))
  const kinds = new Set(refusals.map(({ refusal }) => refusal.kind))
  const lacking = findLacking(refusals, unserved)
  const isSaidMissing = lacking.size > 0
  const troubles = troublesIn(isSaidMissing ? refusals.filter(mayHave(wanted, lacking)) : refusals)
  if (troubles.size > 0) return needsAction(troubles)
  if (isSaidMissing) return modelNotFound(live, wanted, unserved)
  const pinned = pinnedRefusal(live, wanted, unserved)
  if (pinned !== null) return pinned
  const holders = disabledHolders(pool.members, wanted)
  if (holders.size > 0) return needsAction(holders)
  if (kinds.size === 1 && kinds.has('disabled'))
    return new QwenctlError('no_accounts', 'every account that may serve this client is disabled', {
      hint: 'qwenctl accounts enable ACCOUNT',
    })
  if (hasAny(kinds, modelKinds)) return modelNotFound(live, wanted, unserved)
  if (hasAny(kinds, routeKinds) || isRouteSaidMissing(live, wanted, unserved)) return routeNotServed(wanted)
  return noAccounts(wanted)
}

/** The client learns nothing about accounts that it may not use. */
function buildScopeTest([request]: readonly RotationRequest[]): (account: Account) => boolean {
  const scope = { user: request?.user ?? null, allowed: request?.allowed ?? null }
  return (account) => isInScope(scope, account)
}

/** An account answered that it does not have the endpoint, now or a while ago. */
function isRouteSaidMissing(
  { pool, view }: LivePool,
  wanted: readonly RotationRequest[],
  { failures }: Unserved,
): boolean {
  return (
    failures.some(({ outcome }) => outcome.class === 'route-missing') ||
    wanted.some((request) =>
      pool.members.some((member) => isAskable(member, request) && lacksWanted(member, request, view)),
    )
  )
}

/** There is no account, or none with a known provider. */
function withoutAccounts([orphan]: readonly Account[]): QwenctlError {
  if (orphan === undefined) return new QwenctlError('no_accounts', 'there are no accounts yet')
  const { provider, name } = orphan
  return new QwenctlError(
    'no_accounts',
    `${provider}/${name} cannot serve: ${formatMissingProvider(provider)}`,
    {
      hint: missingProviderFix(orphan),
    },
  )
}

interface Refused {
  member: Member
  refusal: Refusal
}

/** The services where an account answered that it does not have the model, now or a while ago. */
function findLacking(refusals: readonly Refused[], { failures }: Unserved): Set<string> {
  const said = failures.filter(({ outcome }) => outcome.class === 'model-unavailable')
  const earlier = refusals.filter(
    ({ refusal }) => refusal.kind === 'cooling' && refusal.reason === 'model-unavailable',
  )
  return new Set([...said, ...earlier].map(({ member }) => serviceKey(member)))
}

/** Excludes accounts that probably lack the model, if others have answered that they lack it. */
function mayHave(wanted: readonly RotationRequest[], lacking: Set<string>): (refused: Refused) => boolean {
  return ({ member }) =>
    wanted.some(({ model }) => {
      return typeof model !== 'string' || !probablyLacks(member, model, lacking)
    })
}

/** Finds for each account what only a person can end. */
function troublesIn(refusals: readonly Refused[]): Map<Member, AccountTrouble> {
  const found = new Map<Member, AccountTrouble>()
  for (const { member, refusal } of refusals) {
    const trouble = findTrouble(member.account, refusal)
    if (trouble !== null && !found.has(member)) found.set(member, trouble)
  }
  return found
}

/** Every account that could serve needs a person. */
function needsAction(troubles: ReadonlyMap<Member, AccountTrouble>): QwenctlError {
  const named = [...troubles].slice(0, MOST_NAMED)
  const words = named.map(([{ account }, trouble]) => `${account.provider}/${account.name}: ${trouble.words}`)
  const more = troubles.size > MOST_NAMED ? ` and ${troubles.size - MOST_NAMED} more` : ''
  const isMoney = [...troubles.values()].some((trouble) => trouble.isMoney)
  return new QwenctlError('needs_action', `no account can serve. ${words.join('; ')}${more}`, {
    hint: [...new Set(named.map(([, { fix }]) => fix))].join('; '),
    ...(isMoney ? { status: 402 } : {}),
  })
}

/** Disabled accounts that are known to have the model. */
function disabledHolders(
  members: readonly Member[],
  wanted: readonly RotationRequest[],
): Map<Member, AccountTrouble> {
  const found = new Map<Member, AccountTrouble>()
  for (const request of wanted) {
    const { model, pin } = request
    if (typeof model !== 'string' || typeof pin === 'string') continue
    for (const member of members) {
      const { account } = member
      if (account.enabled || !isCertain(weighEvidence(member, model))) continue
      if (mismatchKind(enabled(member), request) !== null) continue
      const words = `it has ${model} and is disabled`
      found.set(member, describeTrouble('disabled', account, { words }))
    }
  }
  return found
}

function enabled(member: Member): Member {
  return { ...member, account: { ...member.account, enabled: true } }
}

function modelNotFound(
  live: LivePool,
  wanted: readonly RotationRequest[],
  { failures, written, key }: Unserved,
): QwenctlError {
  const [request] = wanted
  const model = request?.model ?? ''
  const names = { others: live.aliasesFor(key), allows: allowedFor(key) }
  const near = request === undefined ? [] : nearModels(live.pool.members, request, model, names)
  const said = failures.slice(-MOST_NAMED).map(({ member, outcome, held }) => {
    const { provider, name } = member.account
    return `${provider}/${name} answered${held === null ? '' : ` ${held.status}`}: ${outcome.message}`
  })
  const shown = (written ?? model).slice(0, 200)
  const words = said.length === 0 ? '' : ` (${said.join('; ')})`
  return new QwenctlError('model_not_found', `no account has the model ${shown}${words}`, {
    hint:
      near.length > 0
        ? didYouMean(near)
        : 'GET /v1/models lists the models of the pool; qwenctl models shows where each is',
  })
}

/** The models that a client may ask for: an error suggests no others. */
function allowedFor(known: KnownKey | null): (model: string) => boolean {
  return (model) => known === null || allowsModel(known.key, model)
}

function didYouMean(near: readonly string[]): string {
  return `did you mean ${near.join(', ')}?`
}

/** No account in the request's scope has its endpoint, or speaks a format that leads there. */
function routeNotServed(wanted: readonly RotationRequest[]): QwenctlError {
  const { route, dialect, anyOf } = wanted[0] ?? {}
  const path = route ?? anyOf?.find((each) => each.dialect === 'openai')?.route
  const endpoint = typeof path === 'string' ? `/v1${path}` : null
  const format = dialect === 'anthropic' ? 'Anthropic' : 'OpenAI'
  const what = endpoint ?? `an endpoint of the ${format} format`
  return new QwenctlError('route_not_served', `no account has ${what}`, {
    hint: `add an account at a service that has it: qwenctl auth add NAME -p PROVIDER; where one should have it, its base URL may be wrong: qwenctl accounts set ACCOUNT --base-url URL`,
  })
}

function noAccounts(wanted: readonly RotationRequest[]): QwenctlError {
  const { group, provider, user } = wanted[0] ?? {}
  const words = [
    typeof user === 'string' ? ` of user ${user}` : '',
    typeof group === 'string' ? ` in group ${group === '' ? '"" (x-qwenctl-group is empty)' : group}` : '',
    typeof provider === 'string' ? ` at ${provider}` : '',
  ].join('')
  return new QwenctlError('no_accounts', `there is no enabled account${words}`, {
    hint: `qwenctl auth list${typeof user === 'string' ? ` --user ${user}` : ''} shows the accounts`,
  })
}

/** Explains why the pinned account cannot serve the request; null: it is not pinned. */
function pinnedRefusal(
  { pool }: LivePool,
  wanted: readonly RotationRequest[],
  { pinnedBy, key }: Unserved,
): QwenctlError | null {
  // A translated request asks for the other format last. An obstacle there is an obstacle in every format.
  const request = wanted.at(-1)
  const member = pool.members.find(({ account }) => account.id === request?.pin)
  if (request === undefined || member === undefined) return null
  const { provider, name } = member.account
  const account = `${provider}/${name}`
  const found = mismatch(member, request)
  const kinds = new Set(found === null ? [] : [found.kind])
  const message = `${account}, ${formatPin(pinnedBy)}, cannot serve it${found === null ? '' : `: ${found.words}`}`
  if (hasAny(kinds, modelKinds)) {
    const near = nearModels([member], request, request.model ?? '', { allows: allowedFor(key) })
    return new QwenctlError('model_not_found', message, near.length > 0 ? { hint: didYouMean(near) } : {})
  }
  const hint =
    pinnedBy === 'stored-response'
      ? 'no other account has the response; send the conversation without its id'
      : 'leave x-qwenctl-account out, or name another account; qwenctl auth list shows them'
  if (kinds.has('disabled'))
    return new QwenctlError('needs_action', message, {
      hint: describeTrouble('disabled', member.account).fix,
    })
  return new QwenctlError(hasAny(kinds, routeKinds) ? 'route_not_served' : 'no_accounts', message, { hint })
}
