import type { Clock, Metric } from '../limit.ts'
import type { LimitState, Trail, TrailBucket, WindowUsage } from './state.ts'
import { charge, emptyUsage, advance } from '../window.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How far back each resolution reaches. The days cover the longest window and the month before it began. */
const resolutions = [
  { name: 'minutes', width: MINUTE, keptMs: HOUR },
  { name: 'hours', width: HOUR, keptMs: 3 * DAY },
  { name: 'days', width: DAY, keptMs: 40 * DAY },
] as const

type Resolution = (typeof resolutions)[number]

export type TrailAmounts = Omit<TrailBucket, 'start'>

export function emptyTrail(): Trail {
  return { minutes: [], hours: [], days: [] }
}

/** Adds amounts at a time; negative amounts take back. */
export function leaveTrail(trail: Trail, amounts: TrailAmounts, at: number, now: number): void {
  const { minutes, hours, days } = trail
  const minute = minutes[minutes.length - 1]
  if (minute !== undefined && at >= minute.start && at < minute.start + MINUTE) {
    // The newest hour and day belong to the newest minute: every charge begins all three, and time only moves
    // forward.
    add(minute, amounts)
    add(hours[hours.length - 1], amounts)
    add(days[days.length - 1], amounts)
    return
  }
  for (const resolution of resolutions) add(bucketAt(trail[resolution.name], resolution, at, now), amounts)
}

/** Removes one request from the buckets that long windows read; the minutes keep it. */
export function takeFromLongTrail(trail: Trail, at: number, now: number): void {
  for (const resolution of resolutions) {
    if (resolution.width >= HOUR) add(bucketAt(trail[resolution.name], resolution, at, now + 1), ONE_BACK)
  }
}

const ONE_BACK: TrailAmounts = { requests: -1, inputTokens: 0, outputTokens: 0, usd: 0 }

/** The bucket of a time; undefined: that past time is no longer kept. */
function bucketAt(
  buckets: TrailBucket[],
  { width, keptMs }: Resolution,
  at: number,
  now: number,
): TrailBucket | undefined {
  const start = Math.floor(at / width) * width
  // After a correction of the ledger's time, buckets may begin at uneven times.
  const known = buckets.findLast((candidate) => at >= candidate.start && at < candidate.start + width)
  if (known !== undefined || at < now) return known
  const bucket = { start, requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 }
  buckets.push(bucket)
  while (buckets[0] !== undefined && buckets[0].start + width <= now - keptMs) buckets.shift()
  return bucket
}

function add(bucket: TrailBucket | undefined, amounts: TrailAmounts): void {
  if (bucket === undefined) return
  bucket.requests += amounts.requests
  bucket.inputTokens += amounts.inputTokens
  bucket.outputTokens += amounts.outputTokens
  bucket.usd += amounts.usd
}

/**
 * The earlier use that a newly defined limit starts from. A bucket partly inside the window counts whole, at its
 * end. The figure is exact or too high: changing a definition never creates capacity.
 */
export function usageFromTrail(
  trail: Trail,
  { metric, clock, max }: Pick<LimitState, 'metric' | 'clock' | 'max'>,
  now: number,
): WindowUsage {
  const usage = emptyUsage(clock)
  advance(usage, clock, now)
  const from = usage.kind === 'fixed' && usage.start !== null ? usage.start : now - windowLength(clock)
  const { name, width } = resolutions.find(({ keptMs }) => now - from <= keptMs) ?? resolutions[2]
  for (const bucket of trail[name]) {
    if (bucket.start + width <= from) continue
    const at = Math.min(bucket.start + width - 1, now)
    if (clock.kind === 'refill') advance(usage, clock, at)
    charge({ usage, clock, max }, trailAmount(bucket, metric), at)
  }
  return usage
}

function windowLength(clock: Clock): number {
  return clock.kind === 'calendar' ? 0 : clock.lengthMs
}

/** The amount of a metric in a bucket, or in an addition to one. */
export function trailAmount(bucket: TrailAmounts, metric: Metric): number {
  switch (metric) {
    case 'requests':
      return bucket.requests
    case 'tokens':
      return bucket.inputTokens + bucket.outputTokens
    case 'input-tokens':
      return bucket.inputTokens
    case 'output-tokens':
      return bucket.outputTokens
    case 'usd':
      return bucket.usd
  }
}
