import type { Account } from '../../account/account.ts'
import type { AccountScope, ClientKey } from '../../account/client-key.ts'
import { allowedBy, allowsModel, isInScope } from '../../account/client-key.ts'
import type { Placements } from '../../account/placements.ts'
import { resolveReference } from '../../account/reference.ts'
import { QwenctlError } from '../../base/errors.ts'
import { formatTime } from '../../base/iso-time.ts'
import { CapRoom } from '../../rotation/cap-room.ts'
import { findAccountCaps, hasCaps } from '../../rotation/caps.ts'
import type { Placement } from '../../rotation/conversation.ts'
import { nowhere, placeConversation } from '../../rotation/conversation.ts'
import { isAvailable } from '../../rotation/eligibility.ts'
import { listSearches, wantedBy } from '../../rotation/endpoints.ts'
import type { ExplainedWay } from '../../rotation/explain.ts'
import { explain, isForeseen } from '../../rotation/explain.ts'
import { isolateSimulated } from '../../rotation/isolate-simulated.ts'
import { refuseSpent } from '../../rotation/key-rules.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { isKnownModel, nearModels } from '../../rotation/models/near-models.ts'
import { usableAliases } from '../../rotation/models/usable-aliases.ts'
import type { Member } from '../../rotation/pool/member.ts'
import { buildMember } from '../../rotation/pool/member.ts'
import type { RotationMoment, RotationRequest } from '../../rotation/rotation-request.ts'
import type { ModelBook } from '../models/model-book.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { Proxies } from '../proxies.ts'
import type { Settings } from '../settings/settings.ts'
import type { ExplainDocument, ExplainQuery } from '../views.ts'
import type { StoreSnapshot } from './direct-quota.ts'
import { explainAccounts } from './explain-accounts.ts'
import { buildFit } from './explain-fit.ts'
import { findEndpoint, readQuery, withPathModel } from './explain-request.ts'
import { rotationSettings } from './explain-settings.ts'

export interface ExplainParts {
  books: StoreSnapshot
  providers: ProviderRegistry
  settings: Settings
  models: Pick<ModelBook, 'read' | 'readKnowledge'>
  proxies: Pick<Proxies, 'list'>
  keys: () => Promise<readonly ClientKey[]>
  /** The accounts that hold conversations. */
  placements: { conversations: Placements }
  /** Whether the process that made a reservation still runs. */
  isInFlight: (reservationId: string) => boolean
}

/**
 * Says for every account whether the pool would use it now. Reads only the files: a running proxy reaches the same
 * verdicts, because both fold the same ledger.
 */
export async function explainQuota(query: ExplainQuery, parts: ExplainParts): Promise<ExplainDocument> {
  const { books, providers, settings, models } = parts
  const { state, now } = books
  const inForce = await rotationSettings(query, settings, parts.proxies)
  const { strategy, affinity, reserve } = inForce
  // Accounts of other users are in the pool too, as in a proxy of all users. They are not shown.
  const inPool = listUserAccounts(books.data.accounts, inForce.proxyUser)
  const ofUser = listUserAccounts(inPool, inForce.user)
  const key = keyIn(await parts.keys(), query)
  const scope: AccountScope = {
    user: key?.user ?? inForce.user,
    allowed: key === null ? null : allowedBy(key),
  }
  const seen = ofUser.filter((account) => isInScope(scope, account))
  const pin = query.account === undefined ? null : resolveReference(seen, query.account)
  const known = inPool.filter(({ provider }) => providers.has(provider))
  await models.read()
  const members = isolateSimulated(
    known.map((account) => buildMember(account, providers.of(account), models.readKnowledge(account))),
  )
  const asked = await readQuery(
    { ...withPathModel(query), user: inForce.user },
    { pin, key, scope, members },
    settings,
  )
  if (key !== null) refuseSpent({ state, now }, key)
  const caps = await buildCapRoom(inPool, parts)
  const view: RotationMoment = { state, now, keep: reserve, caps }
  const placement = affinity ? placeAsked(asked, members, view, parts) : nowhere
  const fit = await buildFit(asked, { key, books, reserve, settings })
  const verdicts = explain(members, listWays(asked, scope, placement), { strategy, affinity, view, ...fit })
  const shown = pin === null ? ofUser : [pin]
  const accounts = explainAccounts(shown, { verdicts, books, asked, reserve, caps })
  const next = accounts.find(({ verdict }) => verdict === 'next') ?? null
  const returns = accounts.flatMap(({ returnsAt }) => (returnsAt === null ? [] : [returnsAt])).sort()
  return {
    now: formatTime(now),
    asked,
    strategy,
    affinity,
    reserve,
    caps:
      caps === null
        ? null
        : {
            concurrency: caps.caps.concurrency,
            inFlight: sum(seen.map(({ id }) => caps.countInFlight(id, state))),
          },
    places: isForeseen(strategy) ? 'exact' : 'presumed',
    unknownModel: unknownModelIn(asked, members, { scope, key, aliases: await settings.aliases() }),
    accounts,
    next: next?.id ?? null,
    returnsAt: next === null ? (returns[0] ?? null) : null,
  }
}

function listUserAccounts(accounts: readonly Account[], user: string | null): Account[] {
  return accounts.filter((account) => user === null || account.user === user)
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/** The client key of the request. Throws `key_not_found`, also for a key of another user. */
function keyIn(keys: readonly ClientKey[], { key: name, user }: ExplainQuery): ClientKey | null {
  if (name === undefined) return null
  const own = keys.filter((key) => user === undefined || key.user === user)
  const found = own.find((key) => key.name === name || key.id === name)
  if (found !== undefined) return found
  throw new QwenctlError('key_not_found', `there is no key "${name.slice(0, 64)}"`, {
    hint: 'qwenctl keys list shows the keys',
  })
}

/**
 * The model that no account is known to have, with similar names; null: an account has it, or no model is requested.
 */
function unknownModelIn(
  { model, steps }: ExplainDocument['asked'],
  members: readonly Member[],
  { scope, key, aliases }: { scope: AccountScope; key: ClientKey | null; aliases: Aliases },
): ExplainDocument['unknownModel'] {
  const names = steps.flatMap((step) => (step.model === null ? [] : [step.model]))
  const seen = members.filter(({ account }) => isInScope(scope, account))
  if (model === null || names.some((name) => isKnownModel(seen, name))) return null
  const allows = (name: string) => key === null || allowsModel(key, name)
  const choice = { others: usableAliases(aliases, members, { key, scope }), allows }
  return { model, near: nearModels(seen, {}, names[0] ?? model, choice) }
}

/** The placement of the client's conversation, as in the proxy. */
function placeAsked(
  { session, steps, ...asked }: ExplainDocument['asked'],
  members: readonly Member[],
  view: RotationMoment,
  { placements }: ExplainParts,
): Placement {
  const { dialect, format } = findEndpoint(asked)
  const wanted = { model: steps[0]?.model, dialect, route: format === null ? asked.route : null }
  const hint = { session, isNamed: true, isContinued: false }
  return placeConversation(hint, placements.conversations, (id) => {
    const home = members.find(({ account }) => account.id === id)
    return home === undefined ? null : !isAvailable(home, wanted, view)
  })
}

/** Lists each model in the client's own format first, then in the others, like the proxy. */
function listWays(
  asked: ExplainDocument['asked'],
  { user, allowed }: AccountScope,
  { session, homes }: Placement,
): ExplainedWay[] {
  const { dialect, format, ways } = findEndpoint(asked)
  const common: RotationRequest = { group: asked.group, pin: asked.account, session, homes, user, allowed }
  return asked.steps.flatMap((step) =>
    listSearches(ways).map((search) => ({
      wanted: wantedBy(search, step, common),
      translatedFrom: search[0]!.format === format ? null : dialect,
    })),
  )
}

/** The caps of a proxy over these accounts, with everything in flight. */
async function buildCapRoom(
  accounts: readonly Account[],
  { settings, isInFlight }: ExplainParts,
): Promise<CapRoom | null> {
  const caps = await settings.caps()
  if (!hasCaps(caps)) return null
  return new CapRoom(caps, { ofAccount: findAccountCaps(caps, accounts).byId, isAlive: isInFlight })
}
