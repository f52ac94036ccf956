// Tokens and dollars of requests in flight. The amount of a request is known when it ends. Until then it counts with
// the recent mean of its subject. Otherwise parallel requests together would end far above a limit.

import type { Metric } from './limit.ts'
import type { InFlight, LimitState } from './log/state.ts'
import type { TrailAmounts } from './log/trail.ts'
import { trailAmount } from './log/trail.ts'

/** A request that was never settled counts no longer than this: its process may have died. */
const LONGEST_REQUEST_MS = 15 * 60_000
/** The share of the newest request in the mean. */
const NEWEST_SHARE = 0.2

/** A subject with limits of tokens or dollars; all others need no mean. */
export function countsAmounts(limits: readonly LimitState[]): boolean {
  for (const { metric } of limits) if (metric !== 'requests') return true
  return false
}

export function emptyInFlight(): InFlight {
  return { since: [], mean: null }
}

/** Notes a granted request. `now`: epoch milliseconds. */
export function begin(inFlight: InFlight, now: number): void {
  const { since } = inFlight
  while (since.length > 0 && since[0]! <= now - LONGEST_REQUEST_MS) since.shift()
  since.push(now)
}

/** Notes the end of a request granted at `at`. */
export function end({ since }: InFlight, at: number): void {
  const index = since.indexOf(at)
  if (index >= 0) since.splice(index, 1)
}

/** Adds the amounts of an answered request to the mean. */
export function learnMean(inFlight: InFlight, amounts: TrailAmounts): void {
  const { mean } = inFlight
  if (mean === null) {
    inFlight.mean = { ...amounts }
    return
  }
  mean.inputTokens += (amounts.inputTokens - mean.inputTokens) * NEWEST_SHARE
  mean.outputTokens += (amounts.outputTokens - mean.outputTokens) * NEWEST_SHARE
  mean.usd += (amounts.usd - mean.usd) * NEWEST_SHARE
}

/** The amount that requests in flight will probably use; 0 for requests, which count when they are granted. */
export function heldAmount(inFlight: InFlight | undefined, metric: Metric, now: number): number {
  if (inFlight === undefined || inFlight.mean === null || metric === 'requests') return 0
  let count = 0
  for (const at of inFlight.since) if (at > now - LONGEST_REQUEST_MS) count += 1
  return count === 0 ? 0 : count * trailAmount(inFlight.mean, metric)
}
