import { isChatFormat } from '../../provider/wire-format.ts'
import type { WireFormat } from '../../provider/wire-format.ts'
import { findOutputLimit } from '../../provider/limits/output-limits.ts'
import { countsAmounts, sumHolds, holdAmount } from '../../quota/in-flight.ts'
import type { Metric } from '../../quota/limit.ts'
import { formatLimit } from '../../quota/limit.ts'
import type { Hold } from '../../quota/log/events.ts'
import type { LimitState, SubjectState } from '../../quota/log/state.ts'
import { costAt } from '../../quota/prices/price-book.ts'
import type { Price } from '../../quota/prices/price-row.ts'
import { isInForce, countUsed, limitRoomAt, usable } from '../../quota/standing.ts'
import type { RotationMoment } from '../rotation-request.ts'
import type { RequestSize } from './request-size.ts'
import type { BoundUse, TooMuch } from './use-bounds.ts'

/** A bound that the proxy sets is at least this, if the client's own is not lower: shorter answers are of no use. */
const LEAST_OUTPUT = 256
/** The bound of a request that may use up the rest, unless a quarter of the rest is more. */
const MODEST_OUTPUT = 4096
const SHARE = 1 / 4
/** Requests in flight may return what they hold at any time. */
const IN_FLIGHT_MS = 250

/** The facts of a request that decide what it may use at an account. */
export interface RequestUse {
  size: RequestSize
  /** The model as the account is asked for it; empty: none is named. */
  model: string
  /** Null: none is known, so a limit of dollars counts nothing. */
  price: Price | null
  /** The endpoint. The path is below `/v1`. */
  endpoint: { path: string; format: WireFormat | null }
}

/**
 * Fits a request into the limits of tokens and dollars of its account and its client key. `keep`: headroom, which applies
 * to the account alone. The proxy and `quota explain` both call this.
 */
export function fitUse(
  [account, key]: readonly [account: SubjectState | undefined, key: SubjectState | undefined],
  { size, model, price, endpoint: { path, format } }: RequestUse,
  { now, keep = 0 }: Pick<RotationMoment, 'now' | 'keep'>,
): BoundUse | TooMuch {
  const isChat = format !== null && isChatFormat(format)
  const writes = isChat || path === '/completions' || path === '/responses/compact'
  const bound = writes ? (size.outputTokens ?? findOutputLimit(model)) : 0
  const rests = listRests([account, key], now, keep)
  return fitInto({ size, price, bound, rests, now, mayLower: isChat || path === '/completions' })
}

/** Whether a limit of the subject counts tokens or dollars. */
export function hasAmounts(subject: SubjectState | undefined): subject is SubjectState {
  return subject !== undefined && countsAmounts(subject.limits)
}

interface Rest {
  limit: LimitState
  /** The amount that neither use nor requests in flight take. */
  left: number
  held: number
  /** The headroom applies to accounts alone. */
  keep: number
  /** The recent mean of output tokens, once the limit has been used. */
  usualOutput: number
}

function listRests(owners: readonly (SubjectState | undefined)[], now: number, keep: number): Rest[] {
  const rests: Rest[] = []
  owners.forEach((owner, index) => {
    for (const limit of owner?.limits ?? []) {
      if (limit.metric === 'requests' || !isInForce(limit, now)) continue
      const used = countUsed(limit, now)
      const held = sumHolds(owner?.inFlight, limit, now)
      const kept = index === 0 ? keep : 0
      const usualOutput = used > 0 ? (owner?.inFlight?.mean?.outputTokens ?? 0) : 0
      rests.push({ limit, left: usable(limit, kept) - used - held, held, keep: kept, usualOutput })
    }
  })
  return rests
}

interface Fit {
  size: RequestSize
  price: Price | null
  bound: number
  rests: readonly Rest[]
  now: number
  mayLower: boolean
}

function fitInto(fit: Fit): BoundUse | TooMuch {
  const { size, price, bound, rests, mayLower } = fit
  const whole = computeHold(size, price, bound)
  if (rests.every(({ limit, left }) => holdAmount(whole, limit.metric) <= left))
    return { kind: 'fits', hold: whole, mostOutput: null }
  const least = leastOutput(fit)
  const affordable = mayLower ? countAffordable(fit, least) : 0
  if (affordable < least || least === 0) return goAlone(fit) ?? explain(fit, smallestHold(fit, least))
  const share = Math.floor(affordable * SHARE)
  const most = Math.min(bound, affordable, Math.max(MODEST_OUTPUT, share, thinkingOutput(size), least))
  return { kind: 'fits', hold: computeHold(size, price, most), mostOutput: most }
}

function smallestHold({ size, price, bound, mayLower }: Fit, least: number): Hold {
  return computeHold(size, price, mayLower ? least : bound)
}

/**
 * A limit of tokens may be smaller than any request. One request at a time then goes while the limit is not used up, and
 * holds all that is left. Limits of dollars have no such exception.
 */
function goAlone(fit: Fit): BoundUse | null {
  const { rests, bound, mayLower, size } = fit
  const least = Math.min(bound, Math.max(LEAST_OUTPUT, thinkingOutput(size)))
  const hold = smallestHold(fit, least)
  const fits = rests.every(({ limit, left, held, keep }) => {
    const need = holdAmount(hold, limit.metric)
    const isTiny = limit.metric !== 'usd' && need > usable(limit, keep)
    return need <= left || (isTiny && held === 0 && left > 0)
  })
  if (!fits) return null
  return { kind: 'fits', hold: clipHold(hold, rests), mostOutput: mayLower && least < bound ? least : null }
}

function clipHold({ inputTokens, outputTokens, usd }: Hold, rests: readonly Rest[]): Hold {
  const findLeft = (metric: Metric) =>
    Math.min(...rests.filter(({ limit }) => limit.metric === metric).map(({ left }) => left))
  const input = Math.min(inputTokens, findLeft('input-tokens'), findLeft('tokens'))
  const output = Math.min(outputTokens, findLeft('output-tokens'), findLeft('tokens') - input)
  return { inputTokens: input, outputTokens: output, usd }
}

/** The shortest bound that still makes a useful answer: an answer of the usual length would else be cut. */
function leastOutput({ size, bound, rests }: Fit): number {
  const usual = Math.max(0, ...rests.map((rest) => usualOutput(rest) / size.answers))
  return Math.min(bound, Math.max(LEAST_OUTPUT, Math.ceil(usual), thinkingOutput(size)))
}

function usualOutput({ limit, usualOutput: usual }: Rest): number {
  const most = limit.metric === 'usd' ? MODEST_OUTPUT : Math.min(MODEST_OUTPUT, limit.max * SHARE)
  return Math.min(usual, most)
}

/** The bound must leave room after the thinking. */
function thinkingOutput({ thinkingTokens }: RequestSize): number {
  return thinkingTokens === 0 ? 0 : thinkingTokens + LEAST_OUTPUT
}

/** The most output tokens of each answer that every limit has room for. */
function countAffordable(fit: Fit, least: number): number {
  const { size, price, bound, rests } = fit
  const hasRoom = (output: number) => {
    const hold = computeHold(size, price, output)
    return rests.every(({ limit, left }) => holdAmount(hold, limit.metric) <= left)
  }
  if (!hasRoom(least)) return 0
  let [low, high] = [least, bound]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (hasRoom(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/** The most that a request may use: each token may be written to a cache, or be sound. */
function computeHold(size: RequestSize, price: Price | null, output: number): Hold {
  const { inputTokens, cachedFor, hasSound } = size
  const outputTokens = output * size.answers
  if (price === null) return { inputTokens, outputTokens, usd: 0 }
  const sound = hasSound ? { audioInputTokens: inputTokens, audioOutputTokens: outputTokens } : {}
  const use = { inputTokens, outputTokens, ...sound }
  const plain = costAt(price, use) ?? 0
  if (cachedFor === null) return { inputTokens, outputTokens, usd: plain }
  const written =
    cachedFor === 'hour' ? { cacheWriteHourTokens: inputTokens } : { cacheWriteTokens: inputTokens }
  return { inputTokens, outputTokens, usd: Math.max(plain, costAt(price, { ...use, ...written }) ?? 0) }
}

/** Names the limit that has room last. */
function explain({ rests, now }: Fit, hold: Hold): TooMuch {
  let found: TooMuch | null = null
  for (const { limit, left, held, keep } of rests) {
    const need = holdAmount(hold, limit.metric)
    if (need <= left) continue
    const rest = Math.max(0, left + held)
    const isHeld = need <= left + held
    const at =
      need > usable(limit, keep) ? null : isHeld ? now + IN_FLIGHT_MS : limitRoomAt(limit, now, keep, need)
    const shares = isHeld ? `, of which requests in flight hold ${formatAmount(held)}` : ''
    const words = `this request may use ${formatAmount(need)} of its limit ${formatLimit(limit)}, and ${formatAmount(rest)} is left${shares}`
    if (found === null || (at ?? Infinity) > (found.availableAt ?? Infinity))
      found = { kind: 'too-much', words, availableAt: at }
  }
  return (
    found ?? {
      kind: 'too-much',
      words: 'this request may use more than is left',
      availableAt: now + IN_FLIGHT_MS,
    }
  )
}

function formatAmount(amount: number): string {
  return String(Number(amount.toPrecision(4)))
}
