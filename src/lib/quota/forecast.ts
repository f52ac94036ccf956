import { listCharges } from './charges.ts'
import { listBuckets, trailAmount } from './log/trail.ts'
import { standing } from './standing.ts'
import type { LimitState, Trail, TrailBucket } from './log/state.ts'
import { windowLength } from './limit.ts'
import { isLongWindow } from './window.ts'

/** When a limit will be used up if its recent use continues. Times in epoch milliseconds. */
export interface Forecast {
  /** Null: it resets first. */
  exhaustsAt: number | null
  /** The time at the highest plausible pace; null: even then it resets first. */
  earliest: number | null
  /** The time at the lowest plausible pace; null: it may reset first. */
  latest: number | null
  /** The amount of the limit's metric used so far. */
  perHour: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The span that counts as recent depends on how far ahead the window ends: an hour says little about a month. */
const looks = [
  { aheadMs: DAY, backMs: HOUR, leastMs: 5 * MINUTE, width: MINUTE, of: 'minutes' },
  { aheadMs: 7 * DAY, backMs: DAY, leastMs: 2 * HOUR, width: HOUR, of: 'hours' },
  { aheadMs: Infinity, backMs: 7 * DAY, leastMs: DAY, width: DAY, of: 'days' },
] as const
type Look = (typeof looks)[number]

/** Fewer requests do not show a pace. */
const LEAST_REQUESTS = 3
/** Use shorter than this, and than a fifth of the window, shows no pace. The minutes of a trail go back an hour. */
const LEAST_USE_MS = 50 * MINUTE
const LEAST_SHARE = 1 / 5
/** With less left than this share, the first minutes count too: waiting would be too late. */
const LITTLE_LEFT = 1 / 2
/** The recent span has this many parts; their spread shows how steady the use is. */
const PARTS = 6
/** The number of standard errors that contains the true pace nine times in ten. */
const STANDARD_ERRORS = 1.64

interface Pace {
  /** Per millisecond. */
  likely: number
  least: number
  most: number
}

/**
 * Null: too little recent use, no window is running, or the limit is used up. The trail covers all models of the
 * subject.
 */
export function makeForecast(limit: LimitState, trail: Trail, now: number): Forecast | null {
  const end = findEnd(limit, now)
  if (end === null || standing(limit, now).remaining <= 0) return null
  const look = looks.find(({ aheadMs }) => end - now <= aheadMs) ?? looks[2]
  if (isLongWindow(limit.clock) && !hasLongUse(trail, now - look.backMs)) return null
  if (look.of === 'minutes' && isJustBegun(limit, trail, now)) return null
  const pace = measurePace(limit, listBuckets(trail[look.of]), look, now)
  if (pace === null) return null
  return {
    exhaustsAt: fullAt(limit, pace.likely, now, end),
    earliest: fullAt(limit, pace.most, now, end),
    latest: fullAt(limit, pace.least, now, end),
    perHour: Number((pace.likely * HOUR).toPrecision(6)),
  }
}

/** Whether any request since that time counts in long windows. The minutes also hold attempts that were given back. */
function hasLongUse({ hours }: Trail, from: number): boolean {
  return listBuckets(hours).some(({ start, requests }) => start + HOUR > from && requests > 0)
}

/** Whether the use began only minutes ago, and most of the limit is left: a first burst is no pace. */
function isJustBegun(limit: LimitState, { minutes }: Trail, now: number): boolean {
  if (standing(limit, now).remaining < limit.max * LITTLE_LEFT) return false
  const [first] = listBuckets(minutes)
  const least = Math.min(LEAST_USE_MS, windowLength(limit.clock) * LEAST_SHARE)
  return now - (first?.start ?? now) < least
}

/** When the present use stops counting; null: no window is running, or the limit is a bucket. */
function findEnd({ usage, clock }: LimitState, now: number): number | null {
  if (clock.kind === 'rolling') return now + clock.lengthMs
  if (clock.kind === 'refill') return null
  return usage.kind === 'fixed' && usage.end !== null && now < usage.end ? usage.end : null
}

function measurePace(
  { metric }: LimitState,
  buckets: readonly TrailBucket[],
  look: Look,
  now: number,
): Pace | null {
  const from = Math.ceil((now - look.backMs) / look.width) * look.width
  const recent = buckets.filter(({ start }) => start >= from && start <= now)
  const [first] = recent
  if (first === undefined) return null
  // The time before the first use says nothing: ten minutes of use are not an hour of use.
  const begin = buckets[0] === first ? first.start : from
  const span = Math.max(look.leastMs, now - begin)
  const parts = new Array<number>(PARTS).fill(0)
  let requests = 0
  let amount = 0
  for (const bucket of recent) {
    const age = Math.max(0, now - bucket.start)
    const part = Math.min(PARTS - 1, Math.floor((age / span) * PARTS))
    const some = trailAmount(bucket, metric)
    parts[part] = (parts[part] ?? 0) + some
    amount += some
    requests += bucket.requests
  }
  if (requests < LEAST_REQUESTS || amount <= 0) return null
  const error = Math.max(
    measureSpread(parts, amount / PARTS) * Math.sqrt(PARTS),
    amount / Math.sqrt(requests),
  )
  const reach = STANDARD_ERRORS * error
  return { likely: amount / span, least: Math.max(0, amount - reach) / span, most: (amount + reach) / span }
}

/** The standard deviation of the parts. */
function measureSpread(parts: readonly number[], mean: number): number {
  const squares = parts.reduce((sum, part) => sum + (part - mean) ** 2, 0)
  return Math.sqrt(squares / (parts.length - 1))
}

/** When this pace (per millisecond) uses up the remaining amount; null: not before `end`. */
function fullAt(limit: LimitState, pace: number, now: number, end: number): number | null {
  const { used, remaining } = standing(limit, now)
  const { usage, clock, max } = limit
  if (usage.kind !== 'rolling' || clock.kind !== 'rolling') return before(now + remaining / pace, end)
  // Use leaves the window bit by bit, and makes room for the use that comes meanwhile.
  let left = used
  for (const charge of listCharges(usage.charges)) {
    const leavesAt = charge.at + clock.lengthMs
    if (leavesAt <= now) continue
    const at = now + (max - left) / pace
    if (at < leavesAt) return before(at, end)
    left -= charge.amount
  }
  return before(now + (max - left) / pace, end)
}

function before(at: number, end: number): number | null {
  return at < end ? Math.ceil(at) : null
}
