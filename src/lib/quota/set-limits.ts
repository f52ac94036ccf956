import type { LearnedRecord, LearnEvent, LimitRecord, LimitsEvent } from './log/events.ts'
import { parseWindow } from './limit.ts'
import type { LimitState, ModelLimitState, SubjectState } from './log/state.ts'
import { canLower } from './reported-count.ts'
import { isInForce } from './standing.ts'
import { usageFromTrail } from './log/trail.ts'
import { LONGEST_REQUEST_MS, isAbandoned } from './in-flight.ts'
import { advance, charge, emptyUsage, lowerTo } from './window.ts'

/**
 * How long a learned limit is valid after its last report. Where only errors report limits, no answer reports a
 * raised one, so a learned limit must expire.
 */
export const LEARNED_HOLDS_MS = 7 * 86_400_000

/**
 * The prefix of `from` for limits of a plan reader: such a limit has the used amount, not only the maximum. The newest
 * report holds, but never below what went through qwenctl. With `counted`, it frees nothing of what went through lately.
 */
export const PLAN_PREFIX = 'plan: '

/**
 * Clients choose the model names, so their number is bounded. The limit with the oldest report is dropped first.
 */
const MOST_MODEL_LIMITS = 64

/** Replaces the configured limits, and keeps the learned ones. */
export function setLimits(subject: SubjectState, event: LimitsEvent, now: number): void {
  // Ledgers without `learn` events keep learned limits as ordinary rows.
  const learned = event.limits.filter(({ source }) => source === 'learned')
  const set: LimitState[] = []
  for (const record of event.limits) {
    if (record.source === 'learned') continue
    const twin = set.find((limit) => isOfWindow(limit, record))
    if (twin === undefined) set.push(limitState(subject, record, now))
    else if (record.max < twin.max) Object.assign(twin, { max: record.max, source: record.source })
  }
  const kept = subject.limits.filter((limit) => limit.source === 'learned' && isInForce(limit, now))
  subject.limits = [...set, ...kept]
  for (const record of learned) learnOfAccount(subject, { ...record, from: null }, now)
}

/**
 * Records limits that a provider reported. A known limit keeps its use, whatever its new maximum. `inFlight`:
 * requests of the account that the provider may already have counted. Limits of models count them at settlement.
 */
export function learnLimits(
  subject: SubjectState,
  event: LearnEvent,
  { now, inFlight }: { now: number; inFlight: number },
): void {
  subject.limits = subject.limits.filter((limit) => isInForce(limit, now))
  // A new list even without changes: a reader that keeps the previous list can see the repeated report.
  subject.modelLimits = subject.modelLimits.filter((limit) => isInForce(limit, now))
  for (const record of event.limits) {
    if (record.model === undefined) learnOfAccount(subject, record, now)
    else learnOfModel(subject, { ...record, model: record.model }, { now, inFlight })
  }
}

export function forgetLearned(subject: SubjectState): void {
  subject.limits = subject.limits.filter(({ source }) => source !== 'learned')
  subject.modelLimits = []
}

type Learned = Omit<LearnedRecord, 'from'> & { from: string | null }

function learnOfAccount(subject: SubjectState, record: Learned, now: number): void {
  const known = subject.limits.find((limit) => limit.source === 'learned' && isOfWindow(limit, record))
  if (known !== undefined) {
    repeat(known, record, now)
    if (record.from?.startsWith(PLAN_PREFIX) === true) usePlanReport(subject, known, record, now)
    else replaceCount(known, record, now)
    return
  }
  const limit: LimitState = {
    ...limitState(subject, { ...record, source: 'learned' }, now),
    from: record.from,
    until: now + LEARNED_HOLDS_MS,
  }
  usedAtLeast(limit, record, now)
  subject.limits.push(limit)
}

/**
 * The provider's count with the present one: both directions, because only the plan knows its windows. A report may lag
 * behind by the longest time of a request, so what qwenctl used since then stays charged. Without `counted` (versions
 * before 0.2) it does not.
 */
function usePlanReport(subject: SubjectState, known: LimitState, record: Learned, now: number): void {
  const { remaining, counted } = record
  if (remaining === undefined) return
  const before = known.usage.used
  known.usage = usageFromTrail(subject.trail, known, now)
  usedAtLeast(known, record, now)
  if (counted !== true) return
  const { metric, max } = known
  const lately = usageFromTrail(subject.trail, { metric, max, clock: LATELY }, now).used
  charge(known, Math.max(0, Math.min(before, max - remaining + lately) - known.usage.used), now)
}

const LATELY = { kind: 'rolling', lengthMs: LONGEST_REQUEST_MS } as const

function learnOfModel(
  subject: SubjectState,
  record: Learned & { model: string },
  { now, inFlight }: { now: number; inFlight: number },
): void {
  const { model } = record
  const known = subject.modelLimits.find((limit) => limit.model === model && isOfWindow(limit, record))
  if (known !== undefined) {
    repeat(known, record, now)
    return replaceCount(known, record, now, countHeld(subject, model, { all: inFlight, now }))
  }
  const { metric, window, max, from } = record
  const clock = parseWindow(window)
  // A header has one bucket: if it now refills at another pace, the previous limit was wrong.
  if (clock.kind === 'refill')
    subject.modelLimits = subject.modelLimits.filter(
      (limit) => limit.model !== model || limit.metric !== metric || limit.from !== from,
    )
  const limits = subject.modelLimits
  const usage = emptyUsage(clock)
  const until = now + LEARNED_HOLDS_MS
  const limit: ModelLimitState = { metric, window, max, clock, usage, source: 'learned', from, until, model }
  const settled = record.metric === 'requests' ? inFlight : 0
  usedAtLeast(limit, record, now, settled)
  limits.push(limit)
  if (limits.length > MOST_MODEL_LIMITS) limits.shift()
}

function repeat(known: LimitState, record: Learned, now: number): void {
  advance(known.usage, known.clock, now)
  Object.assign(known, { max: record.max, from: record.from, until: now + LEARNED_HOLDS_MS })
  const { usage, clock } = known
  if (clock.kind === 'refill' && usage.kind === 'fixed' && usage.start !== null)
    usage.end = usage.start + (usage.used * clock.lengthMs) / record.max
}

/**
 * The provider's count replaces the ledger's: a larger one of any window, a smaller one where `canLower`.
 *
 * More than ours: other programs use the credential. `held` requests in flight may be in its count already, so they
 * are not charged twice: the count never exceeds the requests of qwenctl and of others together.
 *
 * Less than ours: its window ended before ours. Its count may lack what was charged within the longest time of a
 * request, so that part stays ours: the room never exceeds what the provider has left.
 */
function replaceCount(limit: LimitState, record: Learned, now: number, held = 0): void {
  if (record.counted !== true || record.remaining === undefined || record.metric !== 'requests') return
  usedAtLeast(limit, record, now, held)
  if (limit.usage.kind === 'rolling' && canLower(limit))
    lowerTo(limit.usage, { amount: limit.max - record.remaining, since: now - LONGEST_REQUEST_MS })
}

/** Requests in flight that may be of this model: those of another known model are not. */
function countHeld(
  { inFlight }: SubjectState,
  model: string,
  { all, now }: { all: number; now: number },
): number {
  const others =
    inFlight?.requests.filter(
      ({ at, model: other }) => !isAbandoned(at, now) && other !== undefined && other !== model,
    ) ?? []
  return Math.max(0, all - others.length)
}

/** The provider counts requests that qwenctl has not seen: other programs use the same credential. */
function usedAtLeast(limit: LimitState, { remaining }: Learned, now: number, stillToCount = 0): void {
  const { usage, clock, max } = limit
  advance(usage, clock, now)
  if (remaining === undefined) return
  charge(limit, Math.max(0, max - remaining - usage.used - stillToCount), now)
}

/** A limit that stays keeps its use; a new definition starts from the use in the trail. */
function limitState(subject: SubjectState, record: LimitRecord, now: number): LimitState {
  const { metric, window, max, source } = record
  const clock = parseWindow(window)
  const before = subject.limits.find((limit) => isOfWindow(limit, record))
  const usage =
    before === undefined
      ? usageFromTrail(subject.trail, { metric, clock, max }, now)
      : structuredClone(before.usage)
  return { metric, window, max, clock, usage, source, from: null, until: null }
}

function isOfWindow(limit: LimitState, record: Pick<LimitRecord, 'metric' | 'window'>): boolean {
  return limit.metric === record.metric && limit.window === record.window
}
