// Entry of the HTTP data path. One request is planned (`plan/`) and dispatched to accounts in turn (`dispatch.ts`).
// Each account gets an attempt (`attempt/`), and its answer goes to the client (`answer/`). If none of them could
// answer, the client gets the final error (`refuse/`). Budgets belong to `quota/`, account choice to `rotation/`, the
// meaning of answers to `provider/`.

import type { QwenctlError } from '../../base/errors.ts'
import { waitForAccount, readWait } from './wait-for-account.ts'
import { insertKeptItems } from './plan/kept-items.ts'
import type { RequestPlan } from './plan/request-plan.ts'
import { planRequest, everyOwnStep, everyStep, hasOwnFormat } from './plan/request-plan.ts'
import type { DispatchListener } from './dispatch.ts'
import { Dispatch } from './dispatch.ts'
import { sendEstimate } from './refuse/estimated-count.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { Failure } from './refuse/failure.ts'
import { earliestReturn, sendFinalError } from './refuse/final-error.ts'
import { refuseSpent } from '../../rotation/key-rules.ts'
import type { Incoming } from './plan/outgoing.ts'
import type { ProxyContext } from './proxy-context.ts'

/**
 * Takes a request through the pool and finishes its exchange at the end. Throws errors of the request itself.
 */
export function handleRequest(proxy: ProxyContext, exchange: Exchange, incoming: Incoming): void {
  const { live } = proxy
  const { key } = exchange
  const request = planRequest(live, exchange, insertKeptItems(proxy, exchange, incoming))
  if (key !== null && incoming.route.isCounted) refuseSpent(live.view, key.key)
  if (incoming.route.ways.length === 0)
    return void endUnanswered(proxy, exchange, request, { failures: [], refusal: null })
  const waitMs = readWait(live, incoming.head.wait)
  if (waitMs === 0) new Dispatch(proxy, exchange, request, atOnce).next()
  else void handlePatiently(proxy, exchange, request, waitMs)
}

/** Handles almost every request: one dispatch, without waiting. */
const atOnce: DispatchListener = {
  onDone({ proxy, exchange, request, refusal }, failures) {
    if (failures === null) exchange.finish()
    else void endUnanswered(proxy, exchange, request, { failures, refusal })
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
      const listener = {
        onDone: ({ refusal }: Dispatch, failures: Failure[] | null) =>
          failures?.every(lacksRoute) === true && refusal !== null
            ? reject(new Untranslatable(refusal, failures))
            : resolve(failures),
        onFailed: (_: Dispatch, error: unknown) => reject(error),
      }
      new Dispatch(proxy, exchange, request, listener).next()
    })
  try {
    const failures = await waitForAccount(proxy.live, exchange, {
      wanted: () => everyStep(request),
      waitMs,
      ask,
    })
    if (failures === null) exchange.finish()
    else await endUnanswered(proxy, exchange, request, { failures, refusal: null })
  } catch (error) {
    if (!(error instanceof Untranslatable)) return exchange.finish(error)
    await endUnanswered(proxy, exchange, request, error)
  }
}

/** Waiting does not help a request that no other format can express. */
class Untranslatable extends Error {
  readonly refusal: QwenctlError
  readonly failures: Failure[]

  constructor(refusal: QwenctlError, failures: Failure[]) {
    super(refusal.message)
    this.refusal = refusal
    this.failures = failures
  }
}

/** The account has no endpoint in the format of the client: its other formats decide. */
function lacksRoute({ outcome }: Failure): boolean {
  return outcome.class === 'route-missing'
}

interface Ending {
  failures: Failure[]
  /** Why no other format can express the request; null: it can. */
  refusal: QwenctlError | null
}

/** Explains why no account could answer. */
async function endUnanswered(
  { live }: ProxyContext,
  exchange: Exchange,
  request: RequestPlan,
  { failures, refusal }: Ending,
): Promise<void> {
  const { key } = exchange
  try {
    if (failures.length > 0) await live.notes.written()
    else if (key !== null && request.incoming.route.isCounted) refuseSpent(live.view, key.key) // it was used up meanwhile
    // Accounts of other formats do not return for a request that they cannot get.
    const hasOwn = hasOwnFormat(request)
    const wanted = refusal === null || !hasOwn ? everyStep(request) : everyOwnStep(request)
    const { pinnedBy } = request
    if (await sendEstimate(live, exchange, request, { failures, refusal })) return exchange.finish()
    const isRefused = refusal !== null && failures.every(lacksRoute)
    if (isRefused && (!hasOwn || (earliestReturn(live, wanted)?.at ?? null) === null)) throw refusal
    sendFinalError(live, exchange, wanted, { failures, pinnedBy })
    exchange.finish()
  } catch (error) {
    exchange.finish(error)
  }
}
