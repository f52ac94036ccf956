import { QwenctlError } from '../../base/errors.ts'
import { retrySameAccount, mayRetry } from './retry-same-account.ts'
import type { AttemptContext } from './attempt-context.ts'
import type { AttemptResult } from './attempt.ts'
import { Attempt, attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { ProxyContext } from './proxy-context.ts'
import { buildOutgoing } from './outgoing.ts'
import type { Target } from '../pool/target.ts'
import { credentialFailure } from './refresh-token.ts'
import type { Assignment } from './assignment.ts'
import { conversationIn } from '../wire/stored-state.ts'

/** Who sends. */
export interface AttemptListener {
  /** Null: the client left before it was sent. */
  onEnd(result: AttemptResult | null): void
  onFailed(error: unknown): void
}

/**
 * Sends a request to the account whose turn it is. Throws where it cannot be said in the account's format. The sender hears
 * of it later, once.
 */
export function startAttempt(
  proxy: ProxyContext,
  exchange: Exchange,
  turn: Assignment,
  sender: AttemptListener,
): void {
  const { member, step } = turn
  const target = proxy.live.targetNow(member, step.dialect)
  const asking = target === undefined ? null : attemptContext(target, proxy, exchange, turn)
  if (asking !== null) noteAttempt(exchange, turn)
  // One that is open, and asked but once: all others may take the time of a promise.
  if (asking !== null && !mayRetry(asking)) new Attempt(asking, sender).start()
  else {
    startAsync(asking, proxy, exchange, turn).then(
      (result) => sender.onEnd(result),
      (error: unknown) => sender.onFailed(error),
    )
  }
}

/** Not before it can be said in the account's format: where it cannot, nobody was asked. */
function noteAttempt(exchange: Exchange, { member, step }: Assignment): void {
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  exchange.spoken = step.dialect
}

/** Opening a credential, or renewing a login, takes its time; asking once more does, too. */
async function startAsync(
  opened: AttemptContext | null,
  proxy: ProxyContext,
  exchange: Exchange,
  turn: Assignment,
): Promise<AttemptResult | null> {
  const { live } = proxy
  const { plan, step, member } = turn
  let asking = opened
  if (asking === null) {
    const target = await live.target(member, step.dialect)
    if (exchange.isGone) return null
    if (target instanceof QwenctlError) {
      noteAttempt(exchange, turn)
      return credentialFailure(target, proxy.clock())
    }
    asking = attemptContext(target, proxy, exchange, turn)
    noteAttempt(exchange, turn)
  }
  if (!mayRetry(asking)) return attempt(asking)
  const shaping = { member, exchange, now: proxy.clock(), takesUsageOption: false }
  const withoutOption = () => buildOutgoing(plan.incoming, plan.body, step, shaping)
  return retrySameAccount(asking, { live, dialect: step.dialect, withoutOption })
}

function attemptContext(
  target: Target,
  { live, upstreams, clock }: ProxyContext,
  exchange: Exchange,
  turn: Assignment,
): AttemptContext {
  const { plan, step, member } = turn
  const { incoming, body } = plan
  turn.origin = target.origin.name
  const { takesUsageOption } = target
  const shaping = { member, exchange, now: clock(), takesUsageOption }
  const outgoing = buildOutgoing(incoming, body, step, shaping)
  const model = step.wanted.model ?? null
  const { route } = incoming
  const storedIn =
    route.keepsState && body.scan !== null ? conversationIn(body.bytes, body.scan.fields) : null
  return { exchange, route, member, model, storedIn, live, target, upstreams, clock, outgoing }
}
