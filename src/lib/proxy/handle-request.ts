// The proxy room: the HTTP data path. One request, from its first byte to its settlement, is this file read from top to
// bottom; every step is a file of its own beside it. What an account may spend is for `quota/`, who is asked for
// `rotation/`, what an answer means for `provider/`.

import { movesOn } from '../rotation/cooling.ts'
import type { Member } from '../rotation/member.ts'
import type { RotationRequest } from '../rotation/rotation-request.ts'
import { askPatiently, patienceOf } from './ask-patiently.ts'
import type { Asked } from './asked.ts'
import { askedOf, everyWay, wayAt } from './asked.ts'
import type { AttemptResult } from './attempt.ts'
import { claim } from './claim.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failover.ts'
import { answerFailed } from './failover.ts'
import { refuseSpent } from './key-rules.ts'
import type { Incoming, Way } from './outgoing.ts'
import type { ProxyContext } from './proxy-context.ts'
import { record } from './record.ts'
import { send } from './send.ts'
import { UNCOUNTED } from './turn.ts'

const neverSent = { outcome: 'unreachable', refunded: true } as const

/** One account after the other, but not for ever: with this many refusals the trouble is elsewhere. */
const MOST_ATTEMPTS = 64
/** Each may take minutes; the client's own time-out comes first. */
const MOST_TIMEOUTS = 2

export async function handleRequest(
  proxy: ProxyContext,
  exchange: Exchange,
  incoming: Incoming,
): Promise<void> {
  const { live } = proxy
  const { key } = exchange
  const isLimited = incoming.route.isCounted && key !== null
  const asked = askedOf(live, exchange, incoming)
  if (isLimited) refuseSpent(live, key)
  const waitMs = patienceOf(live, incoming.head.wait)
  const failures =
    waitMs === 0
      ? await ask(proxy, exchange, asked)
      : await askPatiently(live, exchange, {
          wanted: everyWay(asked),
          waitMs,
          ask: () => ask(proxy, exchange, asked),
        })
  if (failures === null) return
  if (failures.length > 0) await live.noted()
  else if (isLimited) refuseSpent(live, key) // another request took the last of it
  answerFailed(live, exchange, everyWay(asked), failures)
}

/**
 * Asks everybody who may serve, one account after the other, one way after the other. What their failures were; null: the
 * exchange is over, answered or left by its client. One function, since every promise between a request and its answer
 * is paid for by each of them.
 */
async function ask(proxy: ProxyContext, exchange: Exchange, asked: Asked): Promise<Failure[] | null> {
  const { live } = proxy
  const failures: Failure[] = []
  let isAgain = false
  for (let index = 0; ; index += 1) {
    const way = wayAt(asked, index)
    if (way === null) {
      // Nobody could be asked: a reset by another process may be in the ledger and not yet in our reading of it.
      if (isAgain || failures.length > 0 || !live.hasNews()) return failures
      isAgain = true
      index = -1
      continue
    }
    for (const member of live.pool.candidates(way.wanted, live.view)) {
      if (isAskedOtherwise(member, way, asked)) continue
      const reservation = await claim(live, { asked, way, member }, exchange.key)
      exchange.onClaimed?.()
      if (reservation === null) continue // another request was faster, in this process or the next
      const turn = { asked, way, member, reservation, origin: null }
      let result: AttemptResult | null = null
      try {
        result = await send(proxy, exchange, turn)
      } finally {
        if (result === null && reservation !== UNCOUNTED) live.ledger.settle(reservation, neverSent)
      }
      const failure = result === null ? null : record(live, exchange, turn, result)
      if (failure === null || exchange.isGone) return null
      failures.push(failure)
      if (endsFailover(failures, way.wanted)) return failures
    }
  }
}

/** Who speaks the client's format was asked in it. */
function isAskedOtherwise({ dialects }: Member, { dialect }: Way, { incoming }: Asked): boolean {
  return dialect !== incoming.route.dialect && dialects.has(incoming.route.dialect)
}

function endsFailover(failures: Failure[], wanted: RotationRequest): boolean {
  const last = failures.at(-1)
  if (last === undefined || !movesOn(last.outcome.class) || wanted.pin !== null) return true
  const timeouts = failures.filter(({ outcome }) => outcome.class === 'timeout').length
  return failures.length >= MOST_ATTEMPTS || timeouts >= MOST_TIMEOUTS
}
