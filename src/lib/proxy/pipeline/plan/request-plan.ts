import type { AccountScope } from '../../../account/client-key.ts'
import { everyAccount, isInScope } from '../../../account/client-key.ts'
import { resolveReference } from '../../../account/reference.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { Placement } from '../../../rotation/conversation.ts'
import { nowhere, placeConversation, stateKey } from '../../../rotation/conversation.ts'
import type { RotationMoment, RotationRequest, Wanted } from '../../../rotation/rotation-request.ts'
import { missingProviderFix, formatMissingProvider } from '../../../toolkit/providers/missing-provider.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { listSearches, wantedBy, type RequestForm } from '../../../rotation/endpoints.ts'
import { endpointFor } from '../../../rotation/eligibility.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import { allowedSteps } from '../../../rotation/key-rules.ts'
import type { ModelStep } from '../../../rotation/models/model-steps.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Incoming, PlanStep } from './outgoing.ts'
import type { RequestBody } from './read-request.ts'
import type { PathFacts, Route } from './routes.ts'
import { parseRequest } from './read-request.ts'
import type { RequestSize } from '../../../rotation/use/request-size.ts'
import { isChatFormat } from '../../../provider/wire-format.ts'
import { conversationHint } from '../../wire/body/session-hint.ts'
import { continuedState } from '../../wire/body/stored-state.ts'

/** A request as the pool sees it. */
export interface RequestPlan {
  incoming: Incoming
  body: RequestBody
  /** The models that may answer, each with its provider, in order of preference. */
  steps: readonly ModelStep[]
  /** The requirements that all plan steps share. */
  common: RotationRequest
  /** The place of the conversation, and the name under which its account is remembered. */
  placement: Placement
  /** The source of the pin: the request's header, or the stored response that it continues. */
  pinnedBy: PinnedBy
  /** The size of the request; null: no account has asked for it. */
  size: RequestSize | null
}

export type PinnedBy = 'header' | 'stored-response' | null

/** Builds the plan. Throws `invalid_request`, or the refusal of the client key. */
export function planRequest(live: LivePool, exchange: Exchange, incoming: Incoming): RequestPlan {
  const { route, head } = incoming
  const { key } = exchange
  const scope = key?.scope ?? everyAccount
  requireService(live, route, scope)
  const body = parseRequest(incoming.bytes, head, { ...route, facts: incoming.facts })
  describeRequest(exchange, incoming, body)
  const access = { user: key?.key.user ?? null, allowed: key?.allowed ?? null }
  const steps = live.stepsFor(body.model, scope)
  const wanted = {
    model: steps[0]?.model,
    dialect: route.dialect,
    route: route.format === null ? route.path : null,
  }
  const placement = live.affinity ? placeRequest(live, incoming, body, wanted) : nowhere
  const holder = head.pin === null ? requireHolder(live, incoming, body, scope) : null
  const common = {
    ...destinationIn(route),
    group: head.group,
    pin: head.pin === null ? holder : resolvePin(live, head.pin, scope),
    session: placement.session,
    homes: placement.homes,
    ...access,
  }
  return {
    incoming,
    body,
    common,
    placement,
    size: null,
    pinnedBy: head.pin !== null ? 'header' : holder !== null ? 'stored-response' : null,
    steps:
      key === null
        ? steps
        : allowedSteps(steps, key.key, body.model, (id) => live.pool.hasProvider(id, scope)),
  }
}

/** Only the account that made a response has it. Throws `not_found` for a path of an unknown response. */
function requireHolder(
  live: LivePool,
  incoming: Incoming,
  body: RequestBody,
  scope: AccountScope,
): string | null {
  const holder = findHolder(live, incoming, body, scope)
  const { stored } = incoming.route
  if (holder !== null || stored === null) return holder
  throw new QwenctlError('not_found', `no account is known to have the response ${stored}`, {
    hint: 'name its account with the header x-qwenctl-account',
  })
}

function destinationIn({ dialect, format, name, path, service, ways }: Route): RotationRequest {
  if (service !== null) return { dialect: null, service, route: name }
  // Every service has chat. The pool distinguishes only other routes.
  return { dialect, service, route: format === null ? (ways[0]?.route ?? path) : null }
}

/** Throws `route_not_served` if no account of the client has the service. */
function requireService({ pool }: LivePool, { service }: Route, scope: AccountScope): void {
  if (service === null) return
  // Accounts outside the key's scope do not exist for it.
  if (pool.members.some((member) => member.service === service && isInScope(scope, member.account))) return
  throw new QwenctlError('route_not_served', `no account has the service ${service}`, {
    hint: `add one with qwenctl auth add -p http --service ${service} --base-url URL`,
  })
}

function describeRequest(exchange: Exchange, { facts }: Incoming, { model, isStream }: RequestBody): void {
  exchange.model = model
  exchange.isStream = isStream
  exchange.isList = facts?.isList === true
}

function placeRequest(
  live: LivePool,
  { route, head }: Incoming,
  { bytes, scan }: RequestBody,
  wanted: Wanted,
): Placement {
  const isChat = route.format !== null && isChatFormat(route.format)
  const isConversation = isChat || route.keepsState
  if (scan === null || (!isConversation && head.session === null)) return nowhere
  return placeConversation(conversationHint(bytes, scan, head.session), live.placements.conversations, (id) =>
    live.isOut(id, wanted),
  )
}

/**
 * The account that holds the stored response or conversation that the request continues; no other account has
 * it. Null: it continues none, no account is known to hold it, or the client may not use that account.
 */
function findHolder(
  live: LivePool,
  { route }: Incoming,
  { bytes, scan }: RequestBody,
  scope: AccountScope,
): string | null {
  if (!route.keepsState) return null
  const state = route.stored ?? (scan === null ? null : continuedState(bytes, scan))
  const holder = state === null ? null : live.placements.states.find(stateKey(state))
  const member = holder === null ? null : live.pool.member(holder)
  // A disabled holder keeps the response, so no other account gets the request.
  return member === null || !isInScope(scope, member.account) ? null : holder
}

/**
 * Returns the plan steps in order: each model in the client's own format first, then in the others. Null:
 * there are no more.
 */
export function stepAt(
  { incoming: { route, facts }, steps, common }: RequestPlan,
  index: number,
): PlanStep | null {
  const searches = listSearches(route.ways)
  const step = steps[Math.floor(index / searches.length)]
  if (step === undefined) return null
  const place = index % searches.length
  const search = searches[place]!
  const { service } = common
  const wanted = wantedBy(search, step, common)
  const build = (way: RequestForm): PlanStep => ({
    wanted:
      service != null
        ? { ...wanted, service, dialect: null, route: route.name }
        : { ...wanted, dialect: way.dialect, route: way.route, anyOf: null },
    dialect: way.dialect,
    format: way.format === route.format && !isGeminiList(facts) ? null : way.format,
    isFirst: place === 0,
    choices: null,
  })
  const first = build(search[0]!)
  if (search.length === 1) return first
  return { ...first, wanted, choices: search.map((way) => build(way)) }
}

/** The step as this account serves it: in the first format that it has. */
export function stepFor(step: PlanStep, member: Member, view: RotationMoment): PlanStep {
  const { choices, wanted } = step
  if (choices === null) return step
  const chosen = wanted.anyOf!.indexOf(endpointFor(member, wanted.anyOf!, view))
  return choices[chosen]!
}

/** A stream as a JSON list: services are asked for events, and the answer becomes a list. */
function isGeminiList(facts: PathFacts | null): boolean {
  return facts?.isList === true
}

/** For the final error. With translated formats the dialect of an account does not matter. */
export function everyStep({ incoming: { route }, steps, common }: RequestPlan): RotationRequest[] {
  const dialect = route.format === null && route.service === null ? route.dialect : null
  const anyOf = route.format === null || route.ways.length === 0 ? null : route.ways
  return steps.map(({ model, provider }) => ({ ...common, dialect, anyOf, model, provider }))
}

/** Whether there can be accounts that speak the client's format. */
export function hasOwnFormat({ incoming: { route } }: RequestPlan): boolean {
  return route.ways[0]?.format === route.format
}

/** For the final error of a request that no other format can express. */
export function everyOwnStep({ incoming: { route }, steps, common }: RequestPlan): RotationRequest[] {
  const { dialect, route: path } = route.ways[0]!
  return steps.map(({ model, provider }) => ({
    ...common,
    dialect,
    route: path,
    anyOf: null,
    model,
    provider,
  }))
}

/**
 * Resolves the account that a header names to its id. Throws `account_not_found`, `ambiguous_account`,
 * `no_accounts`.
 */
function resolvePin({ accounts, orphans }: LivePool, reference: string, scope: AccountScope): string {
  // Accounts outside the key's scope do not exist for it, and make no reference ambiguous.
  const seen = [...accounts, ...orphans].filter((account) => isInScope(scope, account))
  const account = resolveReference(seen, reference)
  if (!orphans.includes(account)) return account.id
  const { provider, name } = account
  throw new QwenctlError(
    'no_accounts',
    `${provider}/${name} cannot serve: ${formatMissingProvider(provider)}`,
    {
      hint: missingProviderFix(account),
    },
  )
}
