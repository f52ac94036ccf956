// A provider's own count of a known limit beside the ledger's. Decides whether the difference is worth an event;
// `set-limits.ts` applies it.

import { sumBefore } from './charges.ts'
import { LONGEST_REQUEST_MS } from './in-flight.ts'
import type { Clock } from './limit.ts'
import type { LimitState } from './log/state.ts'
import { countUsed } from './standing.ts'

/** A difference below this share of what is left, or of the limit, is not worth an event. */
const LEAST_SHARE = 0.1
/** Charges leave a window while an answer is on its way. An older count than this share of the window is useless. */
const MOST_AGE_SHARE = 1 / 60
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

/** A provider's report about a limit. */
export interface ReportedCount {
  remaining: number
  /** The provider counted at most this many milliseconds ago: the time since its request was sent. */
  ageMs: number
  /** Requests in flight that the limit does not count yet. */
  held: () => number
  /** Epoch milliseconds. */
  now: number
}

/**
 * Whether the provider's count differs so much that it must replace the ledger's. Nothing left is a cooldown, not a
 * count. More than ours means nothing if own charges have left the window since the count.
 */
export function contradicts(limit: LimitState, { remaining, ageMs, held, now }: ReportedCount): boolean {
  if (limit.metric !== 'requests' || !(remaining > 0) || remaining > limit.max) return false
  const ownRemaining = limit.max - countUsed(limit, now)
  const slack = Math.floor(remaining * LEAST_SHARE) + countExpired(limit, ageMs)
  if (ownRemaining - remaining > slack)
    return isRecentEnough(limit, now, ageMs) && ownRemaining - remaining - held() > slack
  if (remaining - ownRemaining <= limit.max * LEAST_SHARE || !canLower(limit)) return false
  return countBefore(limit, now - LONGEST_REQUEST_MS) > limit.max - remaining
}

/** Whether a count of this age is of the present window. */
function isRecentEnough({ clock, usage }: LimitState, now: number, ageMs: number): boolean {
  if (clock.kind !== 'calendar') return ageMs < clock.lengthMs * MOST_AGE_SHARE
  if (usage.kind !== 'fixed' || usage.start === null || usage.end === null) return false
  return now < usage.end && usage.start <= now - ageMs
}

/** The charges that may have left a window in this time: at its pace, and of a bucket one more. */
function countExpired({ clock, max }: { clock: Clock; max: number }, ageMs: number): number {
  if (clock.kind === 'calendar' || clock.kind === 'first-use') return 0
  return Math.ceil((max * ageMs) / clock.lengthMs) + (clock.kind === 'refill' ? 1 : 0)
}

function countBefore({ usage }: LimitState, since: number): number {
  return usage.kind === 'rolling' ? sumBefore(usage.charges, since) : 0
}
