const SECONDS = 60

/** Requests of the last minute, counted by the second of their end. */
export interface RequestRate {
  /** Counts by second since the epoch; none is older than a minute before the newest. */
  bySecond: ReadonlyMap<number, number>
}

export const emptyRate: RequestRate = { bySecond: new Map() }

/** `times`: epoch milliseconds, in any order. */
export function noteRequests({ bySecond }: RequestRate, times: number[]): RequestRate {
  if (times.length === 0) return { bySecond }
  const counts = new Map(bySecond)
  for (const at of times) {
    const second = Math.floor(at / 1000)
    counts.set(second, (counts.get(second) ?? 0) + 1)
  }
  const newest = [...counts.keys()].reduce((most, second) => Math.max(most, second), 0)
  for (const second of counts.keys()) if (second <= newest - SECONDS) counts.delete(second)
  return { bySecond: counts }
}

/** The number of requests that ended within the minute before `now`. */
export function requestsPerMinute({ bySecond }: RequestRate, now: number): number {
  const second = Math.floor(now / 1000)
  let count = 0
  for (const [at, requests] of bySecond) if (at > second - SECONDS && at <= second + 1) count += requests
  return count
}
