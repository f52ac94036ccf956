// Tokens and dollars of requests in flight. The amount of a request is known when it ends. Until then it holds the most
// that it may use. If the recent mean of its subject is more, it holds that. Otherwise parallel requests together would
// end above a limit.

import type { Metric } from './limit.ts'
import type { Hold } from './log/events.ts'
import type { InFlight, InFlightRequest, LimitState } from './log/state.ts'
import type { TrailAmounts } from './log/trail.ts'
import { trailAmount } from './log/trail.ts'

/** A request that was never settled counts no longer than this: its process may have died. */
export const LONGEST_REQUEST_MS = 60 * 60_000
/** The share of the newest request in the mean. */
const NEWEST_SHARE = 0.2

/** A subject with limits of tokens or dollars; all others need no bound of a request. */
export function countsAmounts(limits: readonly LimitState[]): boolean {
  for (const { metric } of limits) if (metric !== 'requests') return true
  return false
}

/** Shared by all subjects without a request in flight; always empty. */
const NO_REQUESTS: InFlightRequest[] = []

export function emptyInFlight(): InFlight {
  return { requests: NO_REQUESTS, mean: null }
}

/** Whether no answer comes for a request that was granted at `at`: its process may have died. Epoch milliseconds. */
export function isAbandoned(at: number, now: number): boolean {
  return at <= now - LONGEST_REQUEST_MS
}

/** Notes a granted request. `now`: epoch milliseconds. */
export function beginRequest(inFlight: InFlight, request: InFlightRequest, now: number): void {
  const { requests } = inFlight
  while (requests.length > 0 && isAbandoned(requests[0]!.at, now)) requests.shift()
  // Most accounts have one request at a time: `push` on an empty list makes room for 17.
  if (requests.length === 0) inFlight.requests = [request]
  else requests.push(request)
}

/** Notes the end of the request that was granted at this place of the ledger. */
export function endRequest(inFlight: InFlight, sequence: number): void {
  const { requests } = inFlight
  const index = requests.findIndex((request) => request.sequence === sequence)
  if (index < 0) return
  if (requests.length === 1) inFlight.requests = NO_REQUESTS
  else requests.splice(index, 1)
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

/**
 * The amount of a bound that a limit counts; 0 for requests, which count when they are granted. Makes no object: each
 * choice of an account asks this for all of its requests in flight.
 */
export function holdAmount(hold: Hold | undefined, metric: Metric): number {
  if (hold === undefined) return 0
  switch (metric) {
    case 'requests':
      return 0
    case 'tokens':
      return hold.inputTokens + hold.outputTokens
    case 'input-tokens':
      return hold.inputTokens
    case 'output-tokens':
      return hold.outputTokens
    case 'usd':
      return hold.usd
  }
}

/**
 * The amount of a limit that requests in flight may use. A limit of one model counts requests when they end. Other
 * limits count them when they are granted, so they hold none.
 */
export function sumHolds(
  inFlight: InFlight | undefined,
  { metric, model = null }: { metric: Metric; model?: string | null },
  now: number,
): number {
  if (inFlight === undefined || (model === null && metric === 'requests')) return 0
  const { mean, requests } = inFlight
  const usual = mean === null || metric === 'requests' ? 0 : trailAmount(mean, metric)
  let held = 0
  for (const request of requests) {
    if (isAbandoned(request.at, now) || (model !== null && request.model !== model)) continue
    held += metric === 'requests' ? 1 : Math.max(usual, holdAmount(request.hold, metric))
  }
  return held
}
