// The remaining capacity of an account. Short windows refill within the hour, so they are never added to longer ones.

import type { AccountQuotaView, LimitView } from '../views.ts'

/** Windows of at least this length count towards `remaining`, shorter ones towards `remainingMinute`. */
export const LONG_WINDOW_MS = 3_600_000

/** Below this share a short window is shown instead of a longer one. */
const NEARLY_FULL = 0.1

export interface Capacity {
  /** Requests left in the tightest window of an hour or more; null: there is no such limit. */
  remaining: number | null
  /** The same over shorter windows. */
  remainingMinute: number | null
}

/** The remaining capacity. An account that cannot serve now has 0 for every limit that it has. */
export function sumCapacity(limits: readonly LimitView[], canServe: boolean): Capacity {
  if (limits.length === 0) return { remaining: null, remainingMinute: null }
  const counted = limits.filter(({ metric, model }) => metric === 'requests' && model === null)
  const least = (of: LimitView[]): number | null => {
    if (of.length === 0) return null
    return canServe ? Math.min(...of.map(({ remaining }) => remaining)) : 0
  }
  return {
    remaining: least(counted.filter(isLong)),
    remainingMinute: least(counted.filter((limit) => !isLong(limit))),
  }
}

/**
 * The limit that tables and bars show: the smallest share left among windows of an hour or more. A shorter window
 * replaces it with less than 10 % left, or if there is no other. Null: the account has no limit.
 */
export function tightestLimit({ limits }: Pick<AccountQuotaView, 'limits'>): LimitView | null {
  // A limit of one model leaves the others usable.
  const general = limits.filter(({ model }) => model === null)
  const long = smallestShare(general.filter(isLong))
  const short = smallestShare(general.filter((limit) => !isLong(limit)))
  if (long === null || short === null) return long ?? short
  return shareLeft(short) < NEARLY_FULL && shareLeft(short) < shareLeft(long) ? short : long
}

/** From 0 (nothing left) to 1 (all left). */
export function shareLeft({ remaining, max }: LimitView): number {
  return max <= 0 ? 0 : remaining / max
}

function isLong({ windowMs }: LimitView): boolean {
  return windowMs >= LONG_WINDOW_MS
}

function smallestShare(limits: LimitView[]): LimitView | null {
  return limits.reduce<LimitView | null>(
    (least, limit) => (least === null || shareLeft(limit) < shareLeft(least) ? limit : least),
    null,
  )
}
