import { QwenctlError } from '../errors.ts'
import { askedAgain, mayAskAgain } from './ask-again.ts'
import type { AttemptContext, AttemptResult } from './attempt.ts'
import { attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { ProxyContext } from './proxy-context.ts'
import { outgoingOf } from './outgoing.ts'
import type { Target } from './target.ts'
import { withoutCredential } from './token-trouble.ts'
import type { Turn } from './turn.ts'

/**
 * Sends a request to the account whose turn it is. Null: its client left before it was sent. Throws where it cannot be said
 * in the account's format.
 */
export function send(proxy: ProxyContext, exchange: Exchange, turn: Turn): Promise<AttemptResult | null> {
  const { member, way } = turn
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  exchange.spoken = way.dialect
  const target = proxy.live.targetNow(member, way.dialect)
  return target === undefined ? sendOnceOpen(proxy, exchange, turn) : sendTo(target, proxy, exchange, turn)
}

/** Opening a credential, or renewing a login, takes its time. */
async function sendOnceOpen(
  proxy: ProxyContext,
  exchange: Exchange,
  turn: Turn,
): Promise<AttemptResult | null> {
  const target = await proxy.live.target(turn.member, turn.way.dialect)
  if (exchange.isGone) return null
  if (target instanceof QwenctlError) return withoutCredential(target, proxy.clock())
  return sendTo(target, proxy, exchange, turn)
}

function sendTo(
  target: Target,
  { live, upstreams, clock }: ProxyContext,
  exchange: Exchange,
  turn: Turn,
): Promise<AttemptResult> {
  const { asked, way, member } = turn
  const { incoming, body } = asked
  turn.origin = target.origin.name
  const { takesUsageOption } = target
  const shaping = { member, exchange, now: clock(), takesUsageOption }
  const outgoing = outgoingOf(incoming, body, way, shaping)
  const model = way.wanted.model ?? null
  const { route } = incoming
  const asking: AttemptContext = { exchange, route, member, model, live, target, upstreams, clock, outgoing }
  if (!mayAskAgain(asking)) return attempt(asking)
  const withoutOption = () => outgoingOf(incoming, body, way, { ...shaping, takesUsageOption: false })
  return askedAgain(asking, { live, dialect: way.dialect, withoutOption })
}
