// The proxy room: the HTTP data path. One request, from its first byte to its settlement, begins here: what it asks for
// (`request-plan.ts`), the accounts that are asked in turn (`dispatch.ts`), and what is said when none of them could answer. Every
// step is a file of its own beside it. What an account may spend is for `quota/`, who is asked for `rotation/`, what an
// answer means for `provider/`.

import { waitForAccount, readWait } from './wait-for-account.ts'
import type { RequestPlan } from './request-plan.ts'
import { planRequest, everyStep } from './request-plan.ts'
import type { DispatchListener } from './dispatch.ts'
import { Dispatch } from './dispatch.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './final-error.ts'
import { sendFinalError } from './final-error.ts'
import { refuseSpent } from '../../rotation/key-rules.ts'
import type { Incoming } from './outgoing.ts'
import type { ProxyContext } from './proxy-context.ts'

/** Takes a request through the pool; its exchange is told when that is over. Throws what is wrong with the request itself. */
export function handleRequest(proxy: ProxyContext, exchange: Exchange, incoming: Incoming): void {
  const { live } = proxy
  const { key } = exchange
  const request = planRequest(live, exchange, incoming)
  if (key !== null && incoming.route.isCounted) refuseSpent(live.view, key.key)
  const waitMs = readWait(live, incoming.head.wait)
  if (waitMs === 0) new Dispatch(proxy, exchange, request, atOnce).next()
  else void handlePatiently(proxy, exchange, request, waitMs)
}

/** Nearly every request: it is asked once, and that is that. */
const atOnce: DispatchListener = {
  onDone({ proxy, exchange, request }, failures) {
    if (failures === null) exchange.finish()
    else void endUnanswered(proxy, exchange, request, failures)
  },
  onFailed({ exchange }, error) {
    exchange.finish(error)
  },
}

async function handlePatiently(
  proxy: ProxyContext,
  exchange: Exchange,
  request: RequestPlan,
  waitMs: number,
): Promise<void> {
  const ask = () =>
    new Promise<Failure[] | null>((resolve, reject: (error: unknown) => void) => {
      const asker = {
        onDone: (_: Dispatch, failures: Failure[] | null) => resolve(failures),
        onFailed: (_: Dispatch, error: unknown) => reject(error),
      }
      new Dispatch(proxy, exchange, request, asker).next()
    })
  try {
    const failures = await waitForAccount(proxy.live, exchange, { wanted: everyStep(request), waitMs, ask })
    if (failures === null) exchange.finish()
    else await endUnanswered(proxy, exchange, request, failures)
  } catch (error) {
    exchange.finish(error)
  }
}

/** Says why nobody could. */
async function endUnanswered(
  { live }: ProxyContext,
  exchange: Exchange,
  request: RequestPlan,
  failures: Failure[],
): Promise<void> {
  const { key } = exchange
  try {
    if (failures.length > 0) await live.noted()
    else if (key !== null && request.incoming.route.isCounted) refuseSpent(live.view, key.key) // another took the last of it
    sendFinalError(live, exchange, everyStep(request), { failures, pinnedBy: request.pinnedBy })
    exchange.finish()
  } catch (error) {
    exchange.finish(error)
  }
}
