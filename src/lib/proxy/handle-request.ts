// The proxy room: the HTTP data path. One request, from its first byte to its settlement, is this file read from top to
// bottom; every step is a file of its own beside it. What an account may spend is for `quota/`, who is asked for
// `rotation/`, what an answer means for `provider/`.

import { resolveReference } from '../account/reference.ts'
import { QwenctlError } from '../errors.ts'
import type { Reservation } from '../quota/ledger.ts'
import type { Member } from '../rotation/member.ts'
import { movesOn } from '../rotation/cooling.ts'
import type { RotationRequest } from '../rotation/rotation-request.ts'
import type { AttemptResult } from './attempt.ts'
import { askedAgain } from './ask-again.ts'
import { attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failover.ts'
import { answerFailed } from './failover.ts'
import { askPatiently, patienceOf } from './ask-patiently.ts'
import { claim } from './claim.ts'
import { allowedSteps, refuseSpent } from './key-rules.ts'
import type { LivePool, ModelStep } from './live-pool.ts'
import type { Incoming, Way } from './outgoing.ts'
import { outgoingOf } from './outgoing.ts'
import type { RequestBody } from './read-request.ts'
import { parseRequest } from './read-request.ts'
import { record } from './record.ts'
import { withoutCredential } from './token-trouble.ts'
import type { UpstreamPool } from './upstream/upstream-pool.ts'
import { sessionHint } from './wire/session-hint.ts'

/** Stands for the reservation of a request that uses up nothing. */
const UNCOUNTED: Reservation = { id: '', account: '', at: 0 }
const neverSent = { outcome: 'unreachable', refunded: true } as const

/** One account after the other, but not for ever: with this many refusals the trouble is elsewhere. */
const MOST_ATTEMPTS = 64
/** Each may take minutes; the client's own time-out comes first. */
const MOST_TIMEOUTS = 2

export interface ProxyContext {
  live: LivePool
  upstreams: UpstreamPool
  maxBodyBytes: number
  clock: () => number
}

/** A request as it is asked of the pool. */
interface Asked {
  incoming: Incoming
  body: RequestBody
  /** The models that may answer, with who has them, the first one wanted most. */
  steps: readonly ModelStep[]
  /** What all ways to serve it want alike. */
  common: RotationRequest
}

export async function handleRequest(
  proxy: ProxyContext,
  exchange: Exchange,
  incoming: Incoming,
): Promise<void> {
  const { live } = proxy
  const { route } = incoming
  const { key } = exchange
  const asked = askedOf(live, exchange, incoming)
  if (route.isCounted && key !== null) refuseSpent(live, key)
  const waitMs = patienceOf(live, incoming.head.wait)
  const ask = () => askAll(proxy, exchange, asked)
  const failures =
    waitMs === 0 ? await ask() : await askPatiently(live, exchange, { wanted: everyWay(asked), waitMs, ask })
  if (failures === null) return
  if (failures.length > 0) await live.noted()
  else if (route.isCounted && key !== null) refuseSpent(live, key) // another request took the last of it
  answerFailed(live, exchange, everyWay(asked), failures)
}

/** Asks everybody who may serve. What their failures were; null: the exchange is over. */
async function askAll(proxy: ProxyContext, exchange: Exchange, asked: Asked): Promise<Failure[] | null> {
  const failures: Failure[] = []
  for (let round = 1; round <= 2; round += 1) {
    if (await askInTurn(proxy, exchange, asked, failures)) return null
    // Nobody could be asked: a reset by another process may be in the ledger and not yet in our reading of it.
    if (failures.length > 0 || !proxy.live.hasNews()) break
  }
  return failures
}

/** Asks one account after the other, one way after the other. True: the exchange is over, answered or left by its client. */
async function askInTurn(
  proxy: ProxyContext,
  exchange: Exchange,
  asked: Asked,
  failures: Failure[],
): Promise<boolean> {
  const { live } = proxy
  const { route } = asked.incoming
  for (let index = 0; ; index += 1) {
    const way = wayAt(asked, index)
    if (way === null) return false
    for (const member of live.pool.candidates(way.wanted, live.view)) {
      // Who speaks the client's format was asked in it.
      if (way.dialect !== route.dialect && member.dialects.has(route.dialect)) continue
      const reservation = route.isCounted
        ? await claim(live, member, way.wanted.model ?? null, exchange.key)
        : UNCOUNTED
      exchange.onClaimed?.()
      if (reservation === null) continue // another request was faster, in this process or the next
      const failure = await tryAccount(proxy, exchange, { member, reservation, asked, way })
      if (failure === null || exchange.isGone) return true
      failures.push(failure)
      if (endsFailover(failures, way.wanted)) return false
    }
  }
}

function askedOf(live: LivePool, exchange: Exchange, incoming: Incoming): Asked {
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
    pin: head.pin === null ? null : resolveReference(live.accounts, head.pin).id,
    session,
    user: key?.key.user ?? null,
    allowed: key?.allowed ?? null,
  }
  const steps = live.stepsFor(body.model)
  return { incoming, body, steps: key === null ? steps : allowedSteps(steps, key, body.model), common }
}

/** The ways in the order in which they are tried: each model in the client's own format first, then in the other. */
function wayAt({ incoming: { route }, steps, common }: Asked, index: number): Way | null {
  const isOther = route.isTranslated && index % 2 === 1
  const step = steps[route.isTranslated ? index >> 1 : index]
  if (step === undefined) return null
  const dialect = isOther ? (route.dialect === 'openai' ? 'anthropic' : 'openai') : route.dialect
  const { pin, group, session, user, allowed, route: path } = common
  const { model, provider } = step
  return { wanted: { dialect, route: path, model, provider, group, pin, session, user, allowed }, dialect }
}

/** For saying why nobody could: where formats are translated, who speaks which does not matter. */
function everyWay({ incoming: { route }, steps, common }: Asked): RotationRequest[] {
  const dialect = route.isTranslated ? null : route.dialect
  return steps.map(({ model, provider }) => ({ ...common, dialect, model, provider }))
}

/** One try with one account, counted and settled. Null: the client has its answer. */
async function tryAccount(
  proxy: ProxyContext,
  exchange: Exchange,
  { member, reservation, asked, way }: { member: Member; reservation: Reservation; asked: Asked; way: Way },
): Promise<Failure | null> {
  const { live, upstreams, clock } = proxy
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  exchange.spoken = way.dialect
  let result: AttemptResult
  let origin: string | null = null
  try {
    const { incoming, body } = asked
    const target = live.targetNow(member, way.dialect) ?? (await live.target(member, way.dialect))
    if (exchange.isGone) {
      settleUnsent(live, reservation)
      return null
    }
    if (target instanceof QwenctlError) result = withoutCredential(target, clock())
    else {
      origin = target.origin.name
      const { takesUsageOption } = target
      const shaping = { member, exchange, now: clock(), takesUsageOption }
      const outgoing = outgoingOf(incoming, body, way, shaping)
      const model = way.wanted.model ?? null
      const { route } = incoming
      const asking = { exchange, route, member, model, live, target, upstreams, clock, outgoing }
      result = await attempt(asking)
      if (result.kind === 'refused' && !exchange.isGone) {
        const withoutOption = () => outgoingOf(incoming, body, way, { ...shaping, takesUsageOption: false })
        result = await askedAgain(asking, result, { live, dialect: way.dialect, withoutOption })
      }
    }
  } catch (error) {
    settleUnsent(live, reservation)
    throw error
  }
  return record(live, exchange, {
    member,
    reservation: reservation === UNCOUNTED ? null : reservation,
    model: way.wanted.model ?? null,
    origin,
    result,
  })
}

function endsFailover(failures: Failure[], wanted: RotationRequest): boolean {
  const last = failures.at(-1)
  if (last === undefined || !movesOn(last.outcome.class) || wanted.pin !== null) return true
  const timeouts = failures.filter(({ outcome }) => outcome.class === 'timeout').length
  return failures.length >= MOST_ATTEMPTS || timeouts >= MOST_TIMEOUTS
}

function settleUnsent(live: LivePool, reservation: Reservation): void {
  if (reservation !== UNCOUNTED) live.ledger.settle(reservation, neverSent)
}
