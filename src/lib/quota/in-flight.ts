// Tokens and dollars of requests in flight. The amount of a request is known when it ends. Until then it holds the most
// that it may use. If the recent mean of its subject is more, it holds that. Otherwise parallel requests together would
// end above a limit.

import type { Metric } from './limit.ts'
import type { Hold } from './log/events.ts'
import type { InFlight, InFlightRequest, LimitState } from './log/state.ts'
import type { TrailAmounts } from './log/trail.ts'
import { trailAmount } from './log/trail.ts'

/** A request that was never settled counts no longer than this: its process may have died. */
const LONGEST_REQUEST_MS = 60 * 60_000
/** The share of the newest request in the mean. */
const NEWEST_SHARE = 0.2

/** A subject with limits of tokens or dollars; all others need no bound of a request. */
export function countsAmounts(limits: readonly LimitState[]): boolean {
  for (const { metric } of limits) if (metric !== 'requests') return true
  return false
}

export function emptyInFlight(): InFlight {
  return { requests: [], mean: null }
}

/** Notes a granted request. `now`: epoch milliseconds. */
export function begin(inFlight: InFlight, request: InFlightRequest, now: number): void {
  const { requests } = inFlight
  while (requests.length > 0 && requests[0]!.at <= now - LONGEST_REQUEST_MS) requests.shift()
  requests.push(request)
}

/** Notes the end of the request that was granted at this place of the ledger. */
export function end({ requests }: InFlight, sequence: number): void {
  const index = requests.findIndex((request) => request.sequence === sequence)
  if (index >= 0) requests.splice(index, 1)
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

/** The amount of a bound that a limit counts; 0 for requests, which count when they are granted. */
export function holdAmount(hold: Hold | undefined, metric: Metric): number {
  if (hold === undefined) return 0
  switch (metric) {
    case 'tokens':
      return hold.inputTokens + hold.outputTokens
    case 'input-tokens':
      return hold.inputTokens
    case 'output-tokens':
      return hold.outputTokens
    case 'usd':
      return hold.usd
    case 'requests':
      return 0
  }
}

/** The amount that requests in flight may use; 0 for requests, which count when they are granted. */
export function heldAmount(inFlight: InFlight | undefined, metric: Metric, now: number): number {
  if (inFlight === undefined || metric === 'requests') return 0
  const { mean, requests } = inFlight
  const usual = mean === null ? 0 : trailAmount(mean, metric)
  let held = 0
  for (const { at, hold } of requests)
    if (at > now - LONGEST_REQUEST_MS) held += Math.max(usual, holdAmount(hold, metric))
  return held
}

/** Same for a limit of one model, which counts requests too only when they end. */
export function heldOfModel(
  inFlight: InFlight | undefined,
  model: string,
  metric: Metric,
  now: number,
): number {
  if (inFlight === undefined) return 0
  const { mean, requests } = inFlight
  const usual = mean === null || metric === 'requests' ? 0 : trailAmount(mean, metric)
  let held = 0
  for (const request of requests) {
    if (request.model !== model || request.at <= now - LONGEST_REQUEST_MS) continue
    held += metric === 'requests' ? 1 : Math.max(usual, holdAmount(request.hold, metric))
  }
  return held
}
