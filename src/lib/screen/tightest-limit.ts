import type { AccountQuotaView, LimitView } from '../toolkit/views.ts'

/** The limit of which the smallest share is left: the one that an account meets first. Null: it has none. */
export function tightestLimit({ limits }: Pick<AccountQuotaView, 'limits'>): LimitView | null {
  let tightest: LimitView | null = null
  for (const limit of limits) {
    // A limit of one model leaves the others usable.
    if (limit.model !== null) continue
    if (tightest === null || shareLeft(limit) < shareLeft(tightest)) tightest = limit
  }
  return tightest
}

/** From 0, nothing, to 1, all of it. */
export function shareLeft({ remaining, max }: LimitView): number {
  return max <= 0 ? 0 : remaining / max
}
