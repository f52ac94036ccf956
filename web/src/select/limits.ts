import type { AccountView, LimitView } from '../api/types.ts'

/** Used share, 0 to 1. */
export function usedShare({ used, max }: LimitView): number {
  return max <= 0 ? 1 : Math.min(1, used / max)
}

const HOUR = 3_600_000

/** The used share from which a short window replaces a longer one. */
const NEARLY_FULL = 0.9

/**
 * The limit nearest to its end, among windows of an hour or more. A shorter window replaces it with less than 10 %
 * left, or without a longer one. Limits of one model count only without a general one.
 */
export function tightest(account: Pick<AccountView, 'limits'>): LimitView | null {
  const general = account.limits.filter(({ model }) => model === null)
  const limits = general.length > 0 ? general : account.limits
  const long = mostUsed(limits.filter(({ windowMs }) => windowMs >= HOUR))
  const short = mostUsed(limits.filter(({ windowMs }) => windowMs < HOUR))
  if (long === null || short === null) return long ?? short
  return usedShare(short) > NEARLY_FULL && usedShare(short) > usedShare(long) ? short : long
}

function mostUsed(limits: LimitView[]): LimitView | null {
  return limits.reduce<LimitView | null>(
    (worst, limit) => (worst === null || usedShare(limit) > usedShare(worst) ? limit : worst),
    null,
  )
}

export type GaugeTone = 'calm' | 'warn' | 'full'

/** Colour is never the only sign: the numbers are beside it. */
export function chooseTone(limit: LimitView): GaugeTone {
  if (limit.remaining <= 0) return 'full'
  return usedShare(limit) >= 0.8 ? 'warn' : 'calm'
}
