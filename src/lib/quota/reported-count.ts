// A provider's own count of a known limit beside the ledger's. The larger difference decides whether it is worth an
// event; `set-limits.ts` applies it.

import { LONGEST_REQUEST_MS } from './in-flight.ts'
import type { LimitState } from './log/state.ts'
import { countUsed } from './standing.ts'

/** A difference below this share of what is left, or of the limit, is not worth an event. */
const LEAST_SHARE = 0.1
/** Shorter windows end soon enough on their own. */
const LONG_WINDOW_MS = 6 * 3_600_000

/** Whether a window is long enough to take charges out of it. A bucket heals at its own pace. */
export function canLower({ clock, usage, metric }: LimitState): boolean {
  return (
    metric === 'requests' &&
    usage.kind === 'rolling' &&
    clock.kind === 'rolling' &&
    clock.lengthMs >= LONG_WINDOW_MS
  )
}

/**
 * Whether the provider's count differs so much that it must replace the ledger's. `held`: requests in flight that the
 * limit does not count yet. Nothing left is a cooldown, not a count.
 */
export function contradicts(
  limit: LimitState,
  { remaining, held, now }: { remaining: number; held: () => number; now: number },
): boolean {
  if (limit.metric !== 'requests' || !(remaining > 0) || remaining > limit.max) return false
  const ownRemaining = limit.max - countUsed(limit, now)
  const slack = Math.floor(remaining * LEAST_SHARE) + (limit.clock.kind === 'refill' ? 1 : 0)
  if (ownRemaining - remaining > slack) return ownRemaining - remaining - held() > slack
  if (remaining - ownRemaining <= limit.max * LEAST_SHARE || !canLower(limit)) return false
  return countBefore(limit, now - LONGEST_REQUEST_MS) > limit.max - remaining
}

function countBefore({ usage }: LimitState, since: number): number {
  if (usage.kind !== 'rolling') return 0
  let count = 0
  for (const charge of usage.charges) if (charge.at < since) count += charge.amount
  return count
}
