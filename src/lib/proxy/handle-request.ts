// The proxy room: the HTTP data path. One request, from its first byte to its settlement, begins here: what it asks for
// (`asked.ts`), the accounts that are asked in turn (`asking.ts`), and what is said when none of them could answer. Every
// step is a file of its own beside it. What an account may spend is for `quota/`, who is asked for `rotation/`, what an
// answer means for `provider/`.

import { askPatiently, patienceOf } from './ask-patiently.ts'
import type { Asked } from './asked.ts'
import { askedOf, everyWay } from './asked.ts'
import type { Asker } from './asking.ts'
import { Asking } from './asking.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failover.ts'
import { answerFailed } from './failover.ts'
import { refuseSpent } from './key-rules.ts'
import type { Incoming } from './outgoing.ts'
import type { ProxyContext } from './proxy-context.ts'

/** Takes a request through the pool; its exchange is told when that is over. Throws what is wrong with the request itself. */
export function handleRequest(proxy: ProxyContext, exchange: Exchange, incoming: Incoming): void {
  const { live } = proxy
  const { key } = exchange
  const request = askedOf(live, exchange, incoming)
  if (key !== null && incoming.route.isCounted) refuseSpent(live, key)
  const waitMs = patienceOf(live, incoming.head.wait)
  if (waitMs === 0) new Asking(proxy, exchange, request, atOnce).next()
  else void handlePatiently(proxy, exchange, request, waitMs)
}

/** Nearly every request: it is asked once, and that is that. */
const atOnce: Asker = {
  asked({ proxy, exchange, request }, failures) {
    if (failures === null) exchange.worked()
    else void endUnanswered(proxy, exchange, request, failures)
  },
  failed({ exchange }, error) {
    exchange.worked(error)
  },
}

async function handlePatiently(
  proxy: ProxyContext,
  exchange: Exchange,
  request: Asked,
  waitMs: number,
): Promise<void> {
  const ask = () =>
    new Promise<Failure[] | null>((resolve, reject: (error: unknown) => void) => {
      const asker = {
        asked: (_: Asking, failures: Failure[] | null) => resolve(failures),
        failed: (_: Asking, error: unknown) => reject(error),
      }
      new Asking(proxy, exchange, request, asker).next()
    })
  try {
    const failures = await askPatiently(proxy.live, exchange, { wanted: everyWay(request), waitMs, ask })
    if (failures === null) exchange.worked()
    else await endUnanswered(proxy, exchange, request, failures)
  } catch (error) {
    exchange.worked(error)
  }
}

/** Says why nobody could. */
async function endUnanswered(
  { live }: ProxyContext,
  exchange: Exchange,
  request: Asked,
  failures: Failure[],
): Promise<void> {
  const { key } = exchange
  try {
    if (failures.length > 0) await live.noted()
    else if (key !== null && request.incoming.route.isCounted) refuseSpent(live, key) // another took the last of it
    answerFailed(live, exchange, everyWay(request), failures)
    exchange.worked()
  } catch (error) {
    exchange.worked(error)
  }
}
