import type { AccountQuotaView, AccountView, LimitView } from '../api/types.ts'

/** Used share, 0 to 1. */
export function usedShare({ used, max }: LimitView): number {
  return max <= 0 ? 1 : Math.min(1, used / max)
}

/** The limit that is nearest to its end; those of one model only where there is no other. */
export function tightest(account: Pick<AccountView, 'limits'>): LimitView | null {
  const general = account.limits.filter(({ model }) => model === null)
  const limits = general.length > 0 ? general : account.limits
  return limits.reduce<LimitView | null>(
    (worst, limit) => (worst === null || usedShare(limit) > usedShare(worst) ? limit : worst),
    null,
  )
}

/** What is left of the request limit of all models that runs out first; null where no limit counts requests. */
export function requestsLeft(account: Pick<AccountQuotaView, 'limits'>): number | null {
  const left = account.limits
    .filter(({ metric, model }) => metric === 'requests' && model === null)
    .map(({ remaining }) => remaining)
  return left.length === 0 ? null : Math.min(...left)
}

export type GaugeTone = 'calm' | 'warn' | 'full'

/** Colour is never alone in saying it: the numbers stand beside. */
export function toneOf(limit: LimitView): GaugeTone {
  if (limit.remaining <= 0) return 'full'
  return usedShare(limit) >= 0.8 ? 'warn' : 'calm'
}
