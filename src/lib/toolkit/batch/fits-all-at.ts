import type { ExplainedAccount, ExplainedLimit } from '../views.ts'

type Counted = Pick<ExplainedAccount, 'place' | 'returnsAt' | 'limits'>

/** A year: a batch that takes longer has no useful end. */
const MOST_MS = 365 * 86_400_000

/**
 * When the request limits of these accounts allow so many requests together, in epoch milliseconds. `at` is null when
 * they allow all of them now, or not within a year. `roomNow` is null when an account has no request limit.
 */
export function fitsAllAt(
  accounts: readonly Counted[],
  requests: number,
  now: number,
): { roomNow: number | null; at: number | null } {
  const roomAt = (at: number) => accounts.reduce((sum, account) => sum + countRoom(account, now, at), 0)
  const roomNow = roomAt(now)
  const shown = Number.isFinite(roomNow) ? roomNow : null
  if (roomNow >= requests || roomAt(now + MOST_MS) < requests) return { roomNow: shown, at: null }
  let [low, high] = [now, now + MOST_MS]
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2)
    if (roomAt(middle) >= requests) high = middle
    else low = middle
  }
  return { roomNow: shown, at: high }
}

/** The requests that an account can take from now until then. */
function countRoom({ place, returnsAt, limits }: Counted, now: number, at: number): number {
  const from = place !== null || returnsAt === null ? now : Date.parse(returnsAt)
  if (at < from) return 0
  const counted = limits.filter(({ metric, applies }) => metric === 'requests' && applies)
  return Math.min(Infinity, ...counted.map((limit) => roomIn(limit, now, at)))
}

/** The rest of a window now, and all of it for every later window that begins until then. */
function roomIn({ usable, used, resetsAt, windowMs }: ExplainedLimit, now: number, at: number): number {
  const left = Math.max(0, usable - used)
  const firstReset = resetsAt === null ? now + windowMs : Math.max(now, Date.parse(resetsAt))
  if (at < firstReset) return left
  return left + usable * (1 + Math.floor((at - firstReset) / windowMs))
}
