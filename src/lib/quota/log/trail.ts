import type { Clock, Metric } from '../limit.ts'
import type { LimitState, Trail, TrailBucket, TrailList, WindowUsage } from './state.ts'
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

/** The numbers of one bucket in a flat list, in the order of `TrailBucket`. */
const WIDTH = 5
/** Shared by all empty trails: a list never grows in place. */
const NO_BUCKETS: number[] = []

export function emptyTrail(): Trail {
  return { minutes: NO_BUCKETS, hours: NO_BUCKETS, days: NO_BUCKETS }
}

/** The buckets of a list, oldest first. */
export function listBuckets(list: TrailList): TrailBucket[] {
  const buckets: TrailBucket[] = []
  for (let at = 0; at < list.length; at += WIDTH) buckets.push(bucketIn(list, at))
  return buckets
}

/** The list of these buckets. */
export function packBuckets(buckets: readonly TrailBucket[]): number[] {
  const rows = buckets.map(({ start, requests, inputTokens, outputTokens, usd }) => [
    ...[start, requests, inputTokens, outputTokens, usd],
  ])
  return NO_BUCKETS.concat(...rows)
}

/** Moves all buckets by some milliseconds. */
export function shiftTrail(trail: Trail, shift: number): void {
  for (const { name } of resolutions) {
    const list = trail[name]
    for (let at = 0; at < list.length; at += WIDTH) list[at]! += shift
  }
}

/** Adds amounts at a time; negative amounts take back. */
export function leaveTrail(trail: Trail, amounts: TrailAmounts, at: number, now: number): void {
  const { minutes, hours, days } = trail
  const minute = minutes.length - WIDTH
  if (minute >= 0 && at >= minutes[minute]! && at < minutes[minute]! + MINUTE) {
    // The newest hour and day belong to the newest minute: every charge begins all three, and time only moves
    // forward.
    add(minutes, minute, amounts)
    add(hours, hours.length - WIDTH, amounts)
    add(days, days.length - WIDTH, amounts)
    return
  }
  for (const resolution of resolutions) addAt(trail, resolution, { at, now }, amounts)
}

/** Removes one request from the buckets that long windows read; the minutes keep it. */
export function takeFromLongTrail(trail: Trail, at: number, now: number): void {
  for (const resolution of resolutions) {
    if (resolution.width >= HOUR) addAt(trail, resolution, { at, now: now + 1 }, ONE_BACK)
  }
}

const ONE_BACK: TrailAmounts = { requests: -1, inputTokens: 0, outputTokens: 0, usd: 0 }

/** Adds to the bucket of a time. A past time that is no longer kept changes nothing. */
function addAt(
  trail: Trail,
  { name, width, keptMs }: Resolution,
  { at, now }: { at: number; now: number },
  amounts: TrailAmounts,
): void {
  const list = trail[name]
  const place = findBucket(list, at, width)
  if (place >= 0) return add(list, place, amounts)
  if (at < now) return
  const start = Math.floor(at / width) * width
  let first = 0
  while (first < list.length && list[first]! + width <= now - keptMs) first += WIDTH
  if (first === WIDTH) return begin(moveUp(list), start, amounts)
  // A copy of the exact size: `push` would leave room for many more numbers, for each of thousands of accounts.
  const begun = list.slice(first).concat([start, 0, 0, 0, 0])
  add(begun, begun.length - WIDTH, amounts)
  trail[name] = begun
}

/**
 * Drops the first bucket, and returns the list with a free place at its end. A list that spans all of its time takes no
 * other memory: copies of thousands of lists, each minute, would keep the garbage collector busy.
 */
function moveUp(list: number[]): number[] {
  for (let at = WIDTH; at < list.length; at += 1) list[at - WIDTH] = list[at]!
  return list
}

/** Begins a bucket in the last place of the list. */
function begin(list: number[], start: number, amounts: TrailAmounts): void {
  const place = list.length - WIDTH
  list[place] = start
  list.fill(0, place + 1)
  add(list, place, amounts)
}

/** The place of the bucket of a time, or -1. After a correction of the ledger's time, starts may be uneven. */
function findBucket(list: TrailList, at: number, width: number): number {
  for (let place = list.length - WIDTH; place >= 0; place -= WIDTH)
    if (at >= list[place]! && at < list[place]! + width) return place
  return -1
}

function add(list: number[], place: number, amounts: TrailAmounts): void {
  if (place < 0) return
  list[place + 1]! += amounts.requests
  list[place + 2]! += amounts.inputTokens
  list[place + 3]! += amounts.outputTokens
  list[place + 4]! += amounts.usd
}

function bucketIn(list: TrailList, at: number): TrailBucket {
  return {
    start: list[at]!,
    requests: list[at + 1]!,
    inputTokens: list[at + 2]!,
    outputTokens: list[at + 3]!,
    usd: list[at + 4]!,
  }
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
  for (const bucket of listBuckets(trail[name])) {
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
