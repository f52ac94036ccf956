import type { AccountScope } from '../../account/client-key.ts'
import { everyAccount, isInScope } from '../../account/client-key.ts'
import { resolveReference } from '../../account/reference.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { RotationRequest } from '../../rotation/rotation-request.ts'
import { missingProviderFix, formatMissingProvider } from '../../toolkit/missing-provider.ts'
import type { Exchange } from './exchange.ts'
import { allowedSteps } from './key-rules.ts'
import type { LivePool, ModelStep } from '../pool/live-pool.ts'
import type { Incoming, PlanStep } from './outgoing.ts'
import type { RequestBody } from './read-request.ts'
import { parseRequest } from './read-request.ts'
import { sessionHint } from '../wire/session-hint.ts'

/** A request as it is asked of the pool. */
export interface RequestPlan {
  incoming: Incoming
  body: RequestBody
  /** The models that may answer, with who has them, the first one wanted most. */
  steps: readonly ModelStep[]
  /** What all ways to serve it want alike. */
  common: RotationRequest
}

/** Throws `invalid_request`, or what the client key refuses. */
export function planRequest(live: LivePool, exchange: Exchange, incoming: Incoming): RequestPlan {
  const { route, head } = incoming
  const { key } = exchange
  const body = parseRequest(incoming.bytes, head, route)
  exchange.model = body.model
  exchange.isStream = body.isStream
  const session =
    head.session ??
    (body.scan === null
      ? null
      : sessionHint(body.bytes, body.scan, live.bindsFirstTurns ? 'always' : 'continued'))
  const common = {
    dialect: route.dialect,
    // Every service has chat; for those alone the pool need not tell requests apart by their route.
    route: route.isTranslated ? null : route.path,
    group: head.group,
    pin: head.pin === null ? null : resolvePin(live, head.pin, key?.scope ?? everyAccount),
    session,
    user: key?.key.user ?? null,
    allowed: key?.allowed ?? null,
  }
  const steps = live.stepsFor(body.model)
  return { incoming, body, steps: key === null ? steps : allowedSteps(steps, key, body.model), common }
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
  const { pin, group, session, user, allowed, route: path } = common
  const { model, provider } = step
  return { wanted: { dialect, route: path, model, provider, group, pin, session, user, allowed }, dialect }
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
