import type { Account } from '../../account/account.ts'
import type { AccountScope, ClientKey } from '../../account/client-key.ts'
import { allowedBy, allowsModel, everyAccount, isInScope } from '../../account/client-key.ts'
import type { Placements } from '../../account/placements.ts'
import { resolveReference } from '../../account/reference.ts'
import { QwenctlError } from '../../base/errors.ts'
import { heldAmount } from '../../quota/in-flight.ts'
import { usable } from '../../quota/standing.ts'
import type { Placement } from '../../rotation/conversation.ts'
import { nowhere, placeConversation } from '../../rotation/conversation.ts'
import { isAvailable } from '../../rotation/eligibility.ts'
import { findTrouble } from '../../rotation/cooldowns/account-trouble.ts'
import type { ExplainedWay, Verdict } from '../../rotation/explain.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { CapRoom } from '../../rotation/cap-room.ts'
import { findAccountCaps, hasCaps } from '../../rotation/caps.ts'
import type { Endpoint } from '../../rotation/endpoints.ts'
import { endpointAt, listSearches, ollamaPaths, readGeminiPath, wantedBy } from '../../rotation/endpoints.ts'
import { allowedSteps, refuseSpent } from '../../rotation/key-rules.ts'
import { modelSteps } from '../../rotation/models/model-steps.ts'
import { isKnownModel, nearModels } from '../../rotation/models/near-models.ts'
import { explain, isForeseen } from '../../rotation/explain.ts'
import { isolateSimulated } from '../../rotation/isolate-simulated.ts'
import type { Member } from '../../rotation/pool/member.ts'
import { buildMember } from '../../rotation/pool/member.ts'
import type { RotationMoment, RotationRequest } from '../../rotation/rotation-request.ts'
import { usableAliases } from '../../rotation/models/usable-aliases.ts'
import type { StoreSnapshot } from './direct-quota.ts'
import { buildQuotaDocument } from './direct-quota.ts'
import { roundedUsd } from './rounded-usd.ts'
import { rotationSettings } from './explain-settings.ts'
import { formatMissingProvider } from '../providers/missing-provider.ts'
import type { ModelBook } from '../models/model-book.ts'
import type { Proxies } from '../proxies.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { Settings } from '../settings/settings.ts'
import type {
  AccountQuotaView,
  ExplainDocument,
  ExplainedAccount,
  ExplainedCap,
  ExplainQuery,
  LimitView,
} from '../views.ts'

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
    { pin, key, scope, known },
    settings,
  )
  if (key !== null) refuseSpent({ state, now }, key)
  const caps = await buildCapRoom(inPool, parts)
  const view: RotationMoment = { state, now, keep: reserve, caps }
  const placement = affinity ? placeAsked(asked, members, view, parts) : nowhere
  const verdicts = explain(members, listWays(asked, scope, placement), { strategy, affinity, view })
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

interface AskedParts {
  pin: Account | null
  key: ClientKey | null
  scope: AccountScope
  known: readonly Account[]
}

async function readQuery(
  query: Omit<ExplainQuery, 'user'> & { user: string | null },
  { pin, key, scope, known }: AskedParts,
  settings: Settings,
): Promise<ExplainDocument['asked']> {
  const steps = await listSteps(query, { known, scope }, settings)
  const route = query.route === undefined ? null : readRoute(query.route)
  return {
    model: query.model ?? null,
    provider: query.provider ?? null,
    group: query.group ?? null,
    account: pin?.id ?? null,
    dialect: query.dialect ?? findDialect(route ?? CHAT),
    route,
    session: query.session ?? null,
    user: query.user,
    key: key?.name ?? null,
    steps: key === null ? steps : [...allowedSteps(steps, key, query.model ?? null)],
  }
}

type Steps = ExplainDocument['asked']['steps']

/** The candidate models, in order, for the requested provider. */
async function listSteps(
  { model, provider }: Pick<ExplainQuery, 'model' | 'provider'>,
  { known, scope }: Pick<AskedParts, 'known' | 'scope'>,
  settings: Settings,
): Promise<Steps> {
  if (model === undefined) return [{ provider: provider ?? null, model: null }]
  const pool = {
    hasProvider: (id: string, seen: AccountScope = everyAccount) =>
      known.some((account) => account.provider === id && isInScope(seen, account)),
  }
  const steps = modelSteps(model, await settings.aliases(), pool, scope)
    .filter((step) => step.provider === null || provider === undefined || step.provider === provider)
    .map((step) => ({ ...step, provider: step.provider ?? provider ?? null }))
  if (steps.length > 0) return steps
  throw new QwenctlError('invalid_usage', `the model ${model} is not one of ${provider ?? ''}`, {
    hint: 'leave the provider out, or write the model without one',
  })
}

/** A missing route means a chat completion, the most common request. */
const CHAT = '/chat/completions'

const chatPaths = { openai: CHAT, anthropic: '/messages', gemini: '/models/*:generateContent' } as const

function findEndpoint({ dialect, route }: Pick<ExplainDocument['asked'], 'dialect' | 'route'>): Endpoint {
  return endpointAt(route ?? chatPaths[dialect ?? 'openai'])
}

function findDialect(route: string): NonNullable<ExplainDocument['asked']['dialect']> {
  return readGeminiPath(route) === null ? endpointAt(route).dialect : 'gemini'
}

/** The path as endpoints are listed: below `/v1`, and for a path of Ollama the endpoint that serves it. */
function readRoute(given: string): string {
  const path = given.replace(/^\/?(?:v1\/)?/, '/')
  return Object.hasOwn(ollamaPaths, path) ? ollamaPaths[path as keyof typeof ollamaPaths] : path
}

/** Google's paths name the model. */
function withPathModel(query: ExplainQuery): ExplainQuery {
  const model = query.model ?? readGeminiPath(readRoute(query.route ?? ''))?.model
  return model === undefined ? query : { ...query, model }
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

interface Findings {
  verdicts: readonly Verdict[]
  books: StoreSnapshot
  asked: ExplainDocument['asked']
  reserve: number
  caps: CapRoom | null
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

function explainAccounts(shown: readonly Account[], findings: Findings): ExplainedAccount[] {
  const { books, verdicts } = findings
  const byId = new Map(verdicts.map((verdict) => [verdict.member.account.id, verdict]))
  const { accounts } = buildQuotaDocument(books, {}, [])
  const views = new Map(accounts.map((view) => [view.id, view]))
  return shown.map((account) => explained(views.get(account.id)!, byId.get(account.id) ?? null, findings))
}

function explained(
  view: AccountQuotaView,
  verdict: Verdict | null,
  { asked, reserve, caps, books }: Findings,
): ExplainedAccount {
  const { id, user, provider, name, label } = view
  const models = new Set(asked.steps.map(({ model }) => model))
  // Without a model, limits and cooldowns of single models exclude no account.
  const applies = (model: string | null) => model === null || models.has(model)
  const refused = explainRefusal(verdict, view)
  return {
    id,
    user,
    provider,
    name,
    label,
    verdict: refused !== null ? 'refused' : verdict?.place === 1 ? 'next' : 'eligible',
    place: verdict?.place ?? null,
    model: findOtherModel(verdict, asked),
    translated: Boolean(verdict?.way?.translatedFrom),
    halfOpen: verdict?.isHalfOpen ?? false,
    reason: refused === null ? null : { code: refused.code, words: refused.words },
    returnsAt: refused === null || refused.availableAt === null ? null : formatTime(refused.availableAt),
    cap: explainCap(id, caps, books),
    limits: view.limits.map((limit) => {
      const most = usable(limit, reserve)
      const held = findHeld(limit, id, books)
      return { ...limit, usable: most, held, isUsedUp: limit.used >= most, applies: applies(limit.model) }
    }),
    cooldowns: view.cooldowns.map((cooldown) => ({ ...cooldown, applies: applies(cooldown.model) })),
  }
}

/** The amount that requests in flight may use. Limits of one model also count their requests here. */
function findHeld({ metric, model }: LimitView, account: string, { state, now }: StoreSnapshot): number {
  const inFlight = state.subjects.get(account)?.inFlight
  const held = heldAmount(inFlight, { metric, model }, now)
  return metric === 'usd' ? (roundedUsd(held) ?? 0) : Math.ceil(held)
}

/** The model if it differs from the requested one. */
function findOtherModel(verdict: Verdict | null, asked: ExplainDocument['asked']): string | null {
  const model = verdict?.way?.wanted.model ?? null
  return model === asked.model ? null : model
}

function explainCap(id: string, caps: CapRoom | null, { state }: StoreSnapshot): ExplainedCap | null {
  const concurrency = caps?.findCap(id) ?? null
  if (caps === null || concurrency === null) return null
  return { concurrency, inFlight: caps.countInFlight(id, state) }
}

function explainRefusal(
  verdict: Verdict | null,
  { provider }: AccountQuotaView,
): { code: string; words: string; availableAt: number | null } | null {
  if (verdict === null) {
    const words = formatMissingProvider(provider)
    return { code: 'unknown-provider', words, availableAt: null }
  }
  const { refusal } = verdict
  if (refusal === null) return null
  const trouble = findTrouble(verdict.member.account, refusal)
  const words = trouble === null ? refusal.words : `${trouble.words}: ${trouble.fix}`
  return { code: refusal.kind, words, availableAt: refusal.availableAt }
}

function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
