import { QwenctlError } from '../../base/errors.ts'
import { durationMs } from '../../quota/amounts.ts'
import { movesOn } from '../../rotation/cooldowns/cooling.ts'
import type { RotationRequest } from '../../rotation/rotation-request.ts'
import type { Exchange } from './exchange/exchange.ts'
import type { Failure } from './refuse/failure.ts'
import { earliestReturn, isForUpstreams } from './refuse/final-error.ts'
import type { LivePool } from '../pool/live-pool.ts'

/**
 * A stream that waits longer gets a keep-alive event. From then on its answer is a 200, and a failure an
 * event in it.
 */
const FIRST_SIGN_MS = 5_000
const SIGN_EVERY_MS = 10_000

/**
 * How long a request may wait for an account: as its client asks, within bounds, else as configured. Throws
 * `invalid_request`.
 */
export function readWait({ queue }: LivePool, header: string | null): number {
  if (header === null) return queue.waitMs
  const asked = durationMs(header)
  if (asked !== null) return Math.min(asked, queue.maxWaitMs)
  throw new QwenctlError(
    'invalid_request',
    `x-qwenctl-wait is "${header.slice(0, 40)}", which is not a time`,
    {
      hint: 'write it as 30s, 500ms or 2m',
    },
  )
}

export interface WaitOptions {
  /** Returns the request's requirements, as far as they are known now. */
  wanted: () => readonly RotationRequest[]
  waitMs: number
  /** Dispatches once over all accounts; null: the exchange is over. */
  ask: () => Promise<Failure[] | null>
}

/**
 * Dispatches, then waits for an account and dispatches again, as long as one returns in time. Returns the
 * result of `ask`.
 */
export async function waitForAccount(
  live: LivePool,
  exchange: Exchange,
  { wanted, waitMs, ask }: WaitOptions,
): Promise<Failure[] | null> {
  const { queue } = live
  const began = live.view.now
  const until = began + waitMs
  const kind = JSON.stringify(wanted().map(({ session: _, ...rest }) => rest))
  const place = queue.nextPlace()
  const onTick = exchange.isStream ? signs(exchange, began) : () => undefined
  let failures: Failure[] = []
  let isBehindOthers = queue.hasQueueFor(kind)
  for (;;) {
    if (!isBehindOthers) {
      const round = await asked(exchange, ask, () => queue.onReserved(place))
      if (round === null) return null
      if (round.length > 0) failures = round
      await live.notes.written()
      if (!isWorthIt(live, wanted(), round, until)) return failures
    }
    isBehindOthers = false
    const notBefore = findReturn(live, wanted(), failures)
    const end = await queue.enter({ wanted: wanted(), kind, place, until, notBefore, onTick }, (leave) => {
      exchange.clientListener = { onClientLeft: leave }
    })
    exchange.clientListener = null
    if (end === 'gone' || exchange.isGone) {
      queue.onReserved(place)
      return null
    }
    if (end === 'draining') throw new QwenctlError('shutting_down', 'the proxy is shutting down')
    if (end === 'full') refuseFull(live, wanted())
    if (end !== 'go') return failures
  }
}

/** When the first account may have room for the request; 0: no account declined it for its size. */
function findReturn(
  live: LivePool,
  wanted: readonly RotationRequest[],
  failures: readonly Failure[],
): number {
  if (failures.every(({ returnsAt }) => returnsAt === undefined)) return 0
  return earliestReturn(live, wanted, failures)?.at ?? 0
}

/** Releases the queue whatever the result: the requests behind must not wait for it. */
async function asked(
  exchange: Exchange,
  ask: WaitOptions['ask'],
  onReserved: () => void,
): Promise<Failure[] | null> {
  exchange.onReserved = onReserved
  try {
    return await ask()
  } finally {
    exchange.onReserved = null
    onReserved()
  }
}

/** Whether the pool is out, and an account returns before the deadline. */
function isWorthIt(
  live: LivePool,
  wanted: readonly RotationRequest[],
  failures: Failure[],
  until: number,
): boolean {
  const at = earliestReturn(live, wanted, failures)?.at ?? null
  if (at === null || at > until || live.view.now >= until) return false
  return (
    failures.every(({ outcome }) => movesOn(outcome.class)) && !isForUpstreams(failures, at, live.view.now)
  )
}

function signs(exchange: Exchange, began: number): (now: number) => void {
  let nextAt = began + FIRST_SIGN_MS
  return (now) => {
    if (now < nextAt) return
    nextAt = now + SIGN_EVERY_MS
    exchange.keepOpen()
  }
}

function refuseFull(live: LivePool, wanted: readonly RotationRequest[]): never {
  const { queue } = live
  const at = earliestReturn(live, wanted)?.at ?? live.view.now
  const seconds = Math.max(1, Math.ceil((at - live.view.now) / 1000))
  throw new QwenctlError(
    'quota_exhausted',
    `every account for this request is out, and ${queue.most} wait already`,
    {
      hint: 'more may wait with qwenctl config set proxy.waitQueue',
      details: { retryAfterSeconds: seconds },
    },
  )
}
