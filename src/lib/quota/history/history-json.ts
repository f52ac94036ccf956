import { formatTime } from '../../base/iso-time.ts'
import { outcomeClasses } from '../log/events.ts'
import type { History, HistoryBucket } from './history.ts'
import { bucketAt, isNothing } from './history.ts'
import type { Histogram } from './histogram.ts'

/** A bucket as stored: zeros are left out, durations are flat pairs of step and count. */
export interface BucketJson extends Partial<Omit<HistoryBucket, 'at' | 'account' | 'latency' | 'firstByte'>> {
  /** RFC 3339: the beginning of the hour. */
  at: string
  account: string
  latency?: number[]
  firstByte?: number[]
}

const counts = [
  'requests',
  'succeeded',
  'failed',
  'inputTokens',
  'outputTokens',
  'estimatedTokens',
  'unpriced',
] as const
const costs = ['costUsd', 'estimatedUsd'] as const

/** The buckets by hour, without the empty ones. */
export function historyToJson(history: History): BucketJson[] {
  const buckets = [...history.values()].filter((bucket) => !isNothing(bucket))
  return buckets.sort((one, other) => one.at - other.at).map(bucketToJson)
}

/**
 * Reads the history that `historyToJson` wrote. Throws a `TypeError` on any other shape: faulty history is never
 * used in part.
 */
export function historyFromJson(buckets: BucketJson[]): History {
  const history: History = new Map()
  for (const json of buckets) {
    const at = Date.parse(json.at)
    if (Number.isNaN(at) || typeof json.account !== 'string') throw notHistory()
    const bucket = bucketAt(history, {
      at,
      account: json.account,
      model: text(json.model),
      key: text(json.key),
    })
    for (const name of counts) bucket[name] = number(json[name] ?? 0)
    for (const name of costs) bucket[name] = json[name] == null ? null : number(json[name])
    for (const outcome of outcomeClasses) {
      const count = json.outcomes?.[outcome]
      if (count !== undefined) bucket.outcomes[outcome] = number(count)
    }
    bucket.latency = histogram(json.latency)
    bucket.firstByte = histogram(json.firstByte)
  }
  return history
}

export function bucketToJson(bucket: HistoryBucket): BucketJson {
  const json: BucketJson = { at: formatTime(bucket.at), account: bucket.account }
  if (bucket.model !== null) json.model = bucket.model
  if (bucket.key !== null) json.key = bucket.key
  for (const name of counts) if (bucket[name] !== 0) json[name] = bucket[name]
  if (Object.keys(bucket.outcomes).length > 0) json.outcomes = bucket.outcomes
  for (const name of costs) if (bucket[name] !== null) json[name] = bucket[name]
  if (bucket.latency.size > 0) json.latency = [...bucket.latency].flat()
  if (bucket.firstByte.size > 0) json.firstByte = [...bucket.firstByte].flat()
  return json
}

function histogram(pairs: number[] | undefined): Histogram {
  const found: Histogram = new Map()
  for (let index = 0; index < (pairs?.length ?? 0); index += 2) {
    found.set(number(pairs?.[index]), number(pairs?.[index + 1]))
  }
  return found
}

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw notHistory()
  return value
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw notHistory()
  return value
}

function notHistory(): TypeError {
  return new TypeError('not a history')
}
