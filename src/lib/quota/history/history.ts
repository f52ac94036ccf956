import type { LedgerEvent, OutcomeClass, SettleEvent } from '../log/events.ts'
import { apply } from '../log/fold.ts'
import type { Histogram } from './histogram.ts'
import { addDuration, addHistogram } from './histogram.ts'
import type { LedgerState, OpenReservation } from '../log/state.ts'

export const HOUR_MS = 3_600_000

/** Added-up use. Requests can be below 0 where a part takes back what an earlier part counted. */
export interface Tally {
  requests: number
  succeeded: number
  failed: number
  outcomes: Partial<Record<OutcomeClass, number>>
  inputTokens: number
  outputTokens: number
  /** The part of the tokens that qwenctl estimated. */
  estimatedTokens: number
  /** Null until a cost is known. */
  costUsd: number | null
  /** The part of `costUsd` from the price table rather than from the provider; null as above. */
  estimatedUsd: number | null
  /** Requests that used tokens and have no known cost. */
  unpriced: number
  latency: Histogram
  firstByte: Histogram
}

/** The use of one account for one model and client key within an hour. */
export interface HistoryBucket extends Tally {
  /** The beginning of the hour, epoch milliseconds. */
  at: number
  account: string
  /** Null: no request named a model, or the model is not known yet. */
  model: string | null
  /** The client key's id; null: the request had none. */
  key: string | null
}

/** Buckets in order of creation, by the fields that identify them. */
export type History = Map<string, HistoryBucket>

type Place = Pick<HistoryBucket, 'at' | 'account' | 'model' | 'key'>

const KEY_PREFIX = 'key_'

export function emptyTally(): Tally {
  return {
    requests: 0,
    succeeded: 0,
    failed: 0,
    outcomes: {},
    inputTokens: 0,
    outputTokens: 0,
    estimatedTokens: 0,
    costUsd: null,
    estimatedUsd: null,
    unpriced: 0,
    latency: new Map(),
    firstByte: new Map(),
  }
}

/**
 * Applies one event to the state, and adds its effect to the history. Both use the ledger's own verdict on a
 * reservation, so they agree. Requests count in the hour of their reservation, everything else in the hour of the
 * settlement. The history is additive. A refund, or a late model name, changes the hour of the reservation wherever
 * that hour is stored.
 */
export function foldHistory(history: History, state: LedgerState, event: LedgerEvent): boolean {
  const open = event.type === 'settle' ? state.open.get(event.id) : undefined
  const tookEffect = apply(state, event)
  if (!tookEffect) return false
  if (event.type === 'reserve') {
    const key = findKey(event.also)
    bucketAt(history, { at: floorToHour(state.now), account: event.account, model: null, key }).requests += 1
  } else if (event.type === 'settle' && open !== undefined) settle(history, open, event, state.now)
  return true
}

function settle(history: History, open: OpenReservation, event: SettleEvent, now: number): void {
  const place = { account: open.account, model: null, key: findKey(open.also) }
  const reserved = { ...place, at: floorToHour(open.at) }
  if (event.refunded === true) {
    bucketAt(history, reserved).requests -= 1
    return
  }
  const model = event.model === undefined || event.model === '' ? null : event.model
  if (model !== null) {
    bucketAt(history, reserved).requests -= 1
    bucketAt(history, { ...reserved, model }).requests += 1
  }
  addSettlement(bucketAt(history, { ...place, at: floorToHour(now), model }), event)
}

function addSettlement(tally: Tally, event: SettleEvent): void {
  const { outcome, inputTokens = 0, outputTokens = 0, costUsd } = event
  if (outcome === 'ok') tally.succeeded += 1
  else tally.failed += 1
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1
  tally.inputTokens += inputTokens
  tally.outputTokens += outputTokens
  if (event.estimatedTokens === true) tally.estimatedTokens += inputTokens + outputTokens
  if (costUsd !== undefined) {
    tally.costUsd = (tally.costUsd ?? 0) + costUsd
    if (event.estimated === true) tally.estimatedUsd = (tally.estimatedUsd ?? 0) + costUsd
  } else if (inputTokens + outputTokens > 0) tally.unpriced += 1
  if (event.latencyMs !== undefined) addDuration(tally.latency, event.latencyMs)
  if (event.firstByteMs !== undefined) addDuration(tally.firstByte, event.firstByteMs)
}

/** Adds another history, bucket by bucket. */
export function addHistory(to: History, from: History): void {
  for (const bucket of from.values()) addTally(bucketAt(to, bucket), bucket)
}

export function addTally(to: Tally, from: Tally): void {
  to.requests += from.requests
  to.succeeded += from.succeeded
  to.failed += from.failed
  for (const [outcome, count] of Object.entries(from.outcomes) as [OutcomeClass, number][]) {
    to.outcomes[outcome] = (to.outcomes[outcome] ?? 0) + count
  }
  to.inputTokens += from.inputTokens
  to.outputTokens += from.outputTokens
  to.estimatedTokens += from.estimatedTokens
  to.costUsd = sumKnown(to.costUsd, from.costUsd)
  to.estimatedUsd = sumKnown(to.estimatedUsd, from.estimatedUsd)
  to.unpriced += from.unpriced
  addHistogram(to.latency, from.latency)
  addHistogram(to.firstByte, from.firstByte)
}

/** True when nothing was done, or when all of it was taken back or moved elsewhere. */
export function isNothing(tally: Tally): boolean {
  return tally.requests === 0 && tally.succeeded === 0 && tally.failed === 0
}

/** Returns the bucket of a place, and creates it when missing. */
export function bucketAt(history: History, { at, account, model, key }: Place): HistoryBucket {
  const name = `${at}\n${account}\n${key ?? ''}\n${model ?? ''}`
  let bucket = history.get(name)
  if (bucket === undefined) history.set(name, (bucket = { at, account, model, key, ...emptyTally() }))
  return bucket
}

function floorToHour(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS
}

function findKey(also: readonly string[] | undefined): string | null {
  return also?.find((subject) => subject.startsWith(KEY_PREFIX)) ?? null
}

function sumKnown(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : one + other
}
