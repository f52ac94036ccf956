import { findAfter } from './charges.ts'
import type { Clock } from './limit.ts'
import { sumHolds, holdAmount } from './in-flight.ts'
import type { ReserveEvent } from './log/events.ts'
import type {
  InFlight,
  LimitState,
  ModelLimitState,
  OpenReservation,
  SubjectState,
  WindowUsage,
} from './log/state.ts'
import { countRefilled } from './window.ts'
import { calendarWindow } from './zone.ts'

export interface Standing {
  used: number
  remaining: number
  /** Epoch milliseconds; null when nothing is running: an unused first-use window, or an empty rolling one. */
  resetsAt: number | null
}

/**
 * The standing of a limit at `now`, without changing the limit. A rolling window "resets" when its oldest charge
 * leaves.
 */
export function standing(limit: LimitState, now: number): Standing {
  const { usage, clock, max } = limit
  const used = countUsed(limit, now)
  const remaining = Math.max(0, max - used)
  if (usage.kind === 'rolling') {
    const from = windowFrom(clock, now)
    const oldest = findAfter(usage.charges, from)
    return { used, remaining, resetsAt: oldest < 0 ? null : usage.charges[oldest]! + (now - from) }
  }
  const isRunning = usage.end !== null && now < usage.end
  const end =
    isRunning || clock.kind !== 'calendar'
      ? null
      : calendarWindow(clock.unit, clock.zone, now, clock.firstDay).end
  return { used, remaining, resetsAt: isRunning ? usage.end : end }
}

/** The used amount of a limit at `now`: the part of its standing that every request needs. */
export function countUsed({ usage, clock }: LimitState, now: number): number {
  if (usage.kind === 'fixed' && clock.kind === 'refill') return usage.used - countRefilled(usage, now)
  if (usage.kind === 'fixed') return usage.end !== null && now < usage.end ? usage.used : 0
  const from = windowFrom(clock, now)
  let { used } = usage
  const { charges } = usage
  for (let n = 0; n < charges.length; n += 2) {
    if (charges[n]! > from && charges[n + 1]! > 0) return used
    used -= charges[n + 1]!
  }
  return 0
}

function windowFrom(clock: Clock, now: number): number {
  return clock.kind === 'rolling' ? now - clock.lengthMs : 0
}

/** False for a learned limit that was not repeated in time. */
export function isInForce(limit: Pick<LimitState, 'until'>, now: number): boolean {
  return limit.until === null || now < limit.until
}

/**
 * The usable part of a limit when `keep` percent stay free for other uses. Requests are whole numbers, and the free
 * share is rounded up: of 5 with 10 percent kept, 4 are usable.
 */
export function usable({ max, metric }: Pick<LimitState, 'max' | 'metric'>, keep = 0): number {
  if (keep === 0) return max
  // This order of operations keeps whole numbers free of rounding errors.
  const most = (max * (100 - keep)) / 100
  return metric === 'requests' ? Math.floor(most) : most
}

/** The room that a request asks for: the headroom to leave, in percent of each limit, and the most that it may use. */
export type Demand = Pick<ReserveEvent, 'keep' | 'hold'>

const ANY_ROOM: Demand = {}

/**
 * Whether every limit of the subject has the room asked for; with a model, also the learned limits of that model.
 */
export function hasRoom(
  subject: SubjectState | undefined,
  now: number,
  model: string | null = null,
  demand: Demand = ANY_ROOM,
): boolean {
  if (subject === undefined) return true
  const { inFlight } = subject
  for (const limit of subject.limits) if (isFull(limit, now, demand, inFlight)) return false
  if (model === null || subject.modelLimits.length === 0) return true
  for (const limit of subject.modelLimits) {
    if (limit.model === model && isFull(limit, now, demand, inFlight)) return false
  }
  return true
}

/**
 * Whether an active limit lacks the room asked for. With `inFlight`, the amounts that requests in flight may use count.
 */
export function isFull(
  limit: LimitState | ModelLimitState,
  now: number,
  { keep, hold }: Demand = ANY_ROOM,
  inFlight?: InFlight,
): boolean {
  const most = usable(limit, keep) - sumHolds(inFlight, limit, now)
  const need = holdAmount(hold, limit.metric)
  if (limit.usage.used < most && limit.usage.used + need <= most) return false
  if (!isInForce(limit, now)) return false
  const used = countUsed(limit, now)
  return used >= most || used + need > most
}

/** Epoch milliseconds at which every limit of the subject has room again; `now` when it has room already. */
export function roomAt(subject: SubjectState | undefined, now: number): number {
  let at = now
  for (const limit of subject?.limits ?? []) at = Math.max(at, limitRoomAt(limit, now))
  return at
}

/**
 * Same for one limit. A learned limit has room at its end in any case. `keep` leaves room only in the usable part.
 * With `need`, there is room for that much.
 */
export function limitRoomAt(limit: LimitState, now: number, keep = 0, need = 0): number {
  const most = usable(limit, keep)
  const at = usageRoomAt(limit, now, { most, need: Math.min(need, most) })
  return limit.until === null ? at : Math.max(now, Math.min(at, limit.until))
}

/** The part of a limit that may be used, and the amount for which there has to be room. */
interface Room {
  most: number
  need: number
}

/** As `isFull` decides. */
function fits(used: number, { most, need }: Room): boolean {
  return used < most && used + need <= most
}

function usageRoomAt(limit: LimitState, now: number, room: Room): number {
  const { used, resetsAt } = standing(limit, now)
  if (fits(used, room) || resetsAt === null) return now
  if (limit.clock.kind === 'refill' && limit.usage.kind === 'fixed') return refillAt(limit.usage, now, room)
  if (limit.usage.kind !== 'rolling' || limit.clock.kind !== 'rolling') return resetsAt
  let left = limit.usage.used
  let emptyAt = resetsAt
  const { charges } = limit.usage
  for (let n = 0; n < charges.length; n += 2) {
    const leavesAt = charges[n]! + limit.clock.lengthMs
    left -= charges[n + 1]!
    if (fits(left, room) && leavesAt > now) return leavesAt
    if (charges[n + 1]! > 0) emptyAt = leavesAt
  }
  return emptyAt // the rest of the sum is rounding of dollars: an empty window has room
}

/** When so many units of a bucket are back that there is room. */
function refillAt(usage: Extract<WindowUsage, { kind: 'fixed' }>, now: number, { most, need }: Room): number {
  const { start, end, used } = usage
  if (start === null || end === null || used === 0) return now
  const excess = used - (most - need)
  const units = Math.min(used, need === 0 ? Math.floor(excess) + 1 : Math.ceil(excess))
  return Math.max(now, Math.ceil(start + (units * (end - start)) / used))
}

/** How many reservations in flight count in the limit's present window; 0 unless the limit counts requests. */
export function countReserved(
  subject: SubjectState,
  open: readonly OpenReservation[],
  limit: LimitState,
  now: number,
): number {
  if (limit.metric !== 'requests') return 0
  const start = windowStart(limit, now)
  return open.filter(({ at, sequence }) => at >= start && sequence > subject.resetSequence).length
}

function windowStart(limit: LimitState, now: number): number {
  if (limit.clock.kind === 'rolling') return now - limit.clock.lengthMs + 1
  if (limit.usage.kind !== 'fixed' || limit.usage.end === null || now >= limit.usage.end) return now
  return limit.usage.start ?? now
}
