import { QwenctlError } from '../errors.ts'
import { askedAgain, mayAskAgain } from './ask-again.ts'
import type { AttemptContext, AttemptResult } from './attempt.ts'
import { Attempt, attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { ProxyContext } from './proxy-context.ts'
import { outgoingOf } from './outgoing.ts'
import type { Target } from './target.ts'
import { withoutCredential } from './token-trouble.ts'
import type { Turn } from './turn.ts'

/** Who sends. */
export interface Sender {
  /** Null: the client left before it was sent. */
  attempted(result: AttemptResult | null): void
  failed(error: unknown): void
}

/**
 * Sends a request to the account whose turn it is. Throws where it cannot be said in the account's format. The sender hears
 * of it later, once.
 */
export function send(proxy: ProxyContext, exchange: Exchange, turn: Turn, sender: Sender): void {
  const { member, way } = turn
  const target = proxy.live.targetNow(member, way.dialect)
  const asking = target === undefined ? null : askingOf(target, proxy, exchange, turn)
  if (asking !== null) noteTry(exchange, turn)
  // One that is open, and asked but once: all others may take the time of a promise.
  if (asking !== null && !mayAskAgain(asking)) new Attempt(asking, sender).start()
  else {
    sendSlowly(asking, proxy, exchange, turn).then(
      (result) => sender.attempted(result),
      (error: unknown) => sender.failed(error),
    )
  }
}

/** Not before it can be said in the account's format: where it cannot, nobody was asked. */
function noteTry(exchange: Exchange, { member, way }: Turn): void {
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  exchange.spoken = way.dialect
}

/** Opening a credential, or renewing a login, takes its time; asking once more does, too. */
async function sendSlowly(
  opened: AttemptContext | null,
  proxy: ProxyContext,
  exchange: Exchange,
  turn: Turn,
): Promise<AttemptResult | null> {
  const { live } = proxy
  const { asked, way, member } = turn
  let asking = opened
  if (asking === null) {
    const target = await live.target(member, way.dialect)
    if (exchange.isGone) return null
    if (target instanceof QwenctlError) {
      noteTry(exchange, turn)
      return withoutCredential(target, proxy.clock())
    }
    asking = askingOf(target, proxy, exchange, turn)
    noteTry(exchange, turn)
  }
  if (!mayAskAgain(asking)) return attempt(asking)
  const shaping = { member, exchange, now: proxy.clock(), takesUsageOption: false }
  const withoutOption = () => outgoingOf(asked.incoming, asked.body, way, shaping)
  return askedAgain(asking, { live, dialect: way.dialect, withoutOption })
}

function askingOf(
  target: Target,
  { live, upstreams, clock }: ProxyContext,
  exchange: Exchange,
  turn: Turn,
): AttemptContext {
  const { asked, way, member } = turn
  const { incoming, body } = asked
  turn.origin = target.origin.name
  const { takesUsageOption } = target
  const shaping = { member, exchange, now: clock(), takesUsageOption }
  const outgoing = outgoingOf(incoming, body, way, shaping)
  const model = way.wanted.model ?? null
  return { exchange, route: incoming.route, member, model, live, target, upstreams, clock, outgoing }
}
