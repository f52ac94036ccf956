import type { AccountScope } from '../../account/client-key.ts'
import { everyAccount, isInScope } from '../../account/client-key.ts'
import { resolveReference } from '../../account/reference.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Placement } from '../../rotation/conversation.ts'
import { nowhere, placeConversation, stateKey } from '../../rotation/conversation.ts'
import { mismatchKind } from '../../rotation/eligibility.ts'
import type { RotationRequest, Wanted } from '../../rotation/rotation-request.ts'
import { missingProviderFix, formatMissingProvider } from '../../toolkit/missing-provider.ts'
import type { Exchange } from './exchange.ts'
import { allowedSteps } from '../../rotation/key-rules.ts'
import type { LivePool, ModelStep } from '../pool/live-pool.ts'
import type { Incoming, PlanStep } from './outgoing.ts'
import type { RequestBody } from './read-request.ts'
import { parseRequest } from './read-request.ts'
import { conversationHint } from '../wire/session-hint.ts'
import { continuedState } from '../wire/stored-state.ts'

/** A request as it is asked of the pool. */
export interface RequestPlan {
  incoming: Incoming
  body: RequestBody
  /** The models that may answer, with who has them, the first one wanted most. */
  steps: readonly ModelStep[]
  /** What all ways to serve it want alike. */
  common: RotationRequest
  /** Where the conversation goes, and under which name its account is remembered. */
  placement: Placement
  /** What the request is pinned by: its header, or the stored response that it continues. */
  pinnedBy: PinnedBy
}

export type PinnedBy = 'header' | 'stored-response' | null

/** Throws `invalid_request`, or what the client key refuses. */
export function planRequest(live: LivePool, exchange: Exchange, incoming: Incoming): RequestPlan {
  const { route, head } = incoming
  const { key } = exchange
  const body = parseRequest(incoming.bytes, head, route)
  exchange.model = body.model
  exchange.isStream = body.isStream
  const access = { user: key?.key.user ?? null, allowed: key?.allowed ?? null }
  const steps = live.stepsFor(body.model)
  const wanted = {
    model: steps[0]?.model,
    dialect: route.dialect,
    route: route.isTranslated ? null : route.path,
  }
  const placement = live.affinity ? placementOf(live, incoming, body, wanted) : nowhere
  const holder = head.pin === null ? holderOf(live, incoming, body, access) : null
  const common = {
    dialect: route.dialect,
    // Every service has chat; for those alone the pool need not tell requests apart by their route.
    route: route.isTranslated ? null : route.path,
    group: head.group,
    pin: head.pin === null ? holder : resolvePin(live, head.pin, key?.scope ?? everyAccount),
    session: placement.session,
    homes: placement.homes,
    ...access,
  }
  return {
    ...{ incoming, body, common, placement },
    pinnedBy: head.pin !== null ? 'header' : holder !== null ? 'stored-response' : null,
    steps: key === null ? steps : allowedSteps(steps, key.key, body.model),
  }
}

function placementOf(
  live: LivePool,
  { route, head }: Incoming,
  { bytes, scan }: RequestBody,
  wanted: Wanted,
): Placement {
  const isConversation = route.isTranslated || route.keepsState
  if (scan === null || (!isConversation && head.session === null)) return nowhere
  return placeConversation(conversationHint(bytes, scan, head.session), live.placements.conversations, (id) =>
    live.isOut(id, wanted),
  )
}

/**
 * The account that holds the stored response or conversation that the request continues: no other account has it. Null:
 * it continues none, none is known to hold it, or the client may not use the one that does.
 */
function holderOf(
  live: LivePool,
  { route }: Incoming,
  { bytes, scan }: RequestBody,
  access: Pick<RotationRequest, 'user' | 'allowed'>,
): string | null {
  if (!route.keepsState || scan === null) return null
  const state = continuedState(bytes, scan)
  const holder = state === null ? null : live.placements.states.find(stateKey(state))
  const member = holder === null ? null : live.pool.member(holder)
  return member === null || mismatchKind(member, access) !== null ? null : holder
}

/**
 * The ways in the order in which they are tried: each model in the client's own format first, then in the other. Null:
 * there are no more.
 */
export function stepAt({ incoming: { route }, steps, common }: RequestPlan, index: number): PlanStep | null {
  const isOther = route.isTranslated && index % 2 === 1
  const step = steps[route.isTranslated ? index >> 1 : index]
  if (step === undefined) return null
  const dialect = isOther ? (route.dialect === 'openai' ? 'anthropic' : 'openai') : route.dialect
  const { pin, group, session, homes, user, allowed, route: path } = common
  const { model, provider } = step
  return {
    wanted: { dialect, route: path, model, provider, group, pin, session, homes, user, allowed },
    dialect,
  }
}

/** For saying why nobody could: where formats are translated, who speaks which does not matter. */
export function everyStep({ incoming: { route }, steps, common }: RequestPlan): RotationRequest[] {
  const dialect = route.isTranslated ? null : route.dialect
  return steps.map(({ model, provider }) => ({ ...common, dialect, model, provider }))
}

/** The id of the account that a header names. Throws `account_not_found`, `ambiguous_account`, `no_accounts`. */
function resolvePin({ accounts, orphans }: LivePool, reference: string, scope: AccountScope): string {
  // An account that the key may not use is not there, and makes no reference ambiguous.
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
