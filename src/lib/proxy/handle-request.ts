// The proxy room: the HTTP data path. One request, from its first byte to its settlement, is this file read from top to
// bottom; every step is a file of its own beside it. What an account may spend is for `quota/`, who is asked for
// `rotation/`, what an answer means for `provider/`.

import { resolveReference } from '../account/reference.ts'
import { QwenctlError } from '../errors.ts'
import type { Reservation } from '../quota/ledger.ts'
import type { Member } from '../rotation/member.ts'
import { movesOn } from '../rotation/cooling.ts'
import type { RotationRequest } from '../rotation/rotation-request.ts'
import { splitModel } from '../rotation/rotation-request.ts'
import { attempt } from './attempt.ts'
import type { ClientHead } from './client-head.ts'
import { isTokenRefused, retried, withoutCredential } from './token-trouble.ts'
import type { Target } from './target.ts'
import type { AttemptResult } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failover.ts'
import { answerFailed } from './failover.ts'
import type { LivePool } from './live-pool.ts'
import type { RequestBody } from './read-request.ts'
import { parseRequest } from './read-request.ts'
import type { Route } from './routes.ts'
import { record } from './record.ts'
import type { UpstreamRequest } from './upstream/upstream-call.ts'
import type { UpstreamPool } from './upstream/upstream-pool.ts'
import { splice, usageEdits } from './wire/edit-body.ts'
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

/** A client's request, as it came. */
export interface Incoming {
  route: Route
  query: string
  head: ClientHead
  bytes: Buffer
}

/** A request as the pool is asked for it. */
interface Asked {
  incoming: Incoming
  body: RequestBody
  wanted: RotationRequest
}

export async function handleRequest(
  proxy: ProxyContext,
  exchange: Exchange,
  incoming: Incoming,
): Promise<void> {
  const { live } = proxy
  const { route } = incoming
  const body = parseRequest(incoming.bytes, incoming.head, incoming.route)
  const asked = { incoming, body, wanted: whatIsWanted(live, incoming, body) }
  const failures: Failure[] = []
  for (let round = 1; round <= 2; round += 1) {
    for (const member of live.pool.candidates(asked.wanted, live.view)) {
      const reservation = route.isCounted
        ? await live.ledger.reserve({ account: member.account.id })
        : UNCOUNTED
      if (reservation === null) continue // another request was faster, in this process or the next
      const failure = await tryAccount(proxy, exchange, { member, reservation, asked })
      if (failure === null || exchange.isGone) return
      failures.push(failure)
      if (endsFailover(failures, asked.wanted)) break
    }
    // Nobody could be asked: a reset by another process may be in the ledger and not yet in our reading of it.
    if (failures.length > 0 || !live.hasNews()) break
  }
  if (failures.length > 0) await live.noted()
  answerFailed(live, exchange, asked.wanted, failures)
}

function whatIsWanted(live: LivePool, { route, head }: Incoming, body: RequestBody): RotationRequest {
  const named =
    body.model === null
      ? { model: null, provider: null }
      : splitModel(body.model, (id) => live.pool.hasProvider(id))
  return {
    dialect: route.dialect,
    model: named.model,
    provider: named.provider,
    group: head.group,
    pin: head.pin === null ? null : resolveReference(live.accounts, head.pin).id,
    session:
      head.session ??
      (body.scan === null
        ? null
        : sessionHint(body.bytes, body.scan, live.bindsFirstTurns ? 'always' : 'continued')),
  }
}

/** One try with one account, counted and settled. Null: the client has its answer. */
async function tryAccount(
  proxy: ProxyContext,
  exchange: Exchange,
  { member, reservation, asked }: { member: Member; reservation: Reservation; asked: Asked },
): Promise<Failure | null> {
  const { live, upstreams, clock } = proxy
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  let result: AttemptResult
  try {
    const { route, query, head } = asked.incoming
    const { dialect } = route
    const target = live.targetNow(member, dialect) ?? (await live.target(member, dialect))
    if (exchange.isGone) {
      settleUnsent(live, reservation)
      return null
    }
    if (target instanceof QwenctlError) result = withoutCredential(target)
    else {
      const { bytes, stripUsage } = bodyFor(asked)
      const send = (to: Target) => {
        const request: UpstreamRequest = {
          method: 'POST',
          path: `${to.basePath}${route.path}${query}`,
          headers: head.forwarded,
          more: to.authHeaders,
          body: bytes,
        }
        return attempt({ exchange, route, target: to, upstreams, clock, stripUsage }, request)
      }
      result = await send(target)
      if (isTokenRefused(result, target) && !exchange.isGone) {
        const renewed = await live.target(member, dialect, target.token)
        if (!exchange.isGone) result = await retried(result, renewed, send)
      }
    }
  } catch (error) {
    settleUnsent(live, reservation)
    throw error
  }
  return record(live, exchange, {
    member,
    reservation: reservation === UNCOUNTED ? null : reservation,
    model: asked.wanted.model ?? null,
    result,
  })
}

/** The body as this upstream must get it; every byte that needs no change stays as it came. */
function bodyFor({ incoming, body, wanted }: Asked): { bytes: Buffer; stripUsage: boolean } {
  const { bytes, scan } = body
  const asksForUsage = body.isStream && incoming.route.asksForUsage
  const hasOwnModel = typeof wanted.provider === 'string' && typeof wanted.model === 'string'
  if (!asksForUsage && !hasOwnModel) return { bytes, stripUsage: false }
  const usage = asksForUsage && scan !== null ? usageEdits(bytes, scan) : []
  const edits = hasOwnModel ? usage.concat(body.modelEdit(wanted.model!)) : usage
  return { bytes: edits.length === 0 ? bytes : splice(bytes, edits), stripUsage: usage.length > 0 }
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
