import type { Clock, Metric } from './limit.ts'
import type { Trail, TrailBucket, WindowUsage } from './state.ts'
import { charge, emptyUsage, advance } from './window.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What each resolution reaches back to. The days cover the longest window and the month before it began. */
const resolutions = [
  { name: 'minutes', width: MINUTE, keptMs: HOUR },
  { name: 'hours', width: HOUR, keptMs: 3 * DAY },
  { name: 'days', width: DAY, keptMs: 40 * DAY },
] as const

export type TrailAmounts = Omit<TrailBucket, 'start'>

export function emptyTrail(): Trail {
  return { minutes: [], hours: [], days: [] }
}

/** Adds (or, negative, takes back) amounts at a time. */
export function leaveTrail(trail: Trail, amounts: TrailAmounts, at: number, now: number): void {
  // One after the other and no loop: every request comes here twice, for each subject.
  leaveIn(trail.minutes, resolutions[0], amounts, { at, now })
  leaveIn(trail.hours, resolutions[1], amounts, { at, now })
  leaveIn(trail.days, resolutions[2], amounts, { at, now })
}

type Resolution = (typeof resolutions)[number]

function leaveIn(
  buckets: TrailBucket[],
  { width, keptMs }: Resolution,
  amounts: TrailAmounts,
  { at, now }: { at: number; now: number },
): void {
  let bucket = buckets.length === 0 ? undefined : buckets[buckets.length - 1]
  if (bucket === undefined || at < bucket.start || at >= bucket.start + width) {
    const start = Math.floor(at / width) * width
    bucket = buckets.find((candidate) => candidate.start === start)
    if (bucket === undefined) {
      if (at < now) return // taken back from a bucket that is no longer kept
      bucket = { start, requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 }
      buckets.push(bucket)
      while (buckets[0] !== undefined && buckets[0].start + width <= now - keptMs) buckets.shift()
    }
  }
  bucket.requests += amounts.requests
  bucket.inputTokens += amounts.inputTokens
  bucket.outputTokens += amounts.outputTokens
  bucket.usd += amounts.usd
}

/**
 * What a limit that is defined only now has already used. A bucket that lies partly in the window counts whole and at
 * its end, so the figure is the true one or more: changing a definition never mints capacity.
 */
export function usageFromTrail(trail: Trail, metric: Metric, clock: Clock, now: number): WindowUsage {
  const usage = emptyUsage(clock)
  advance(usage, clock, now)
  const from = usage.kind === 'fixed' && usage.start !== null ? usage.start : now - lengthOf(clock)
  const { name, width } = resolutions.find(({ keptMs }) => now - from <= keptMs) ?? resolutions[2]
  for (const bucket of trail[name]) {
    if (bucket.start + width <= from) continue
    charge(usage, clock, trailAmount(bucket, metric), Math.min(bucket.start + width - 1, now))
  }
  return usage
}

function lengthOf(clock: Clock): number {
  return clock.kind === 'calendar' ? 0 : clock.lengthMs
}

/** What there is of a metric in a bucket, or in what is added to one. */
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
