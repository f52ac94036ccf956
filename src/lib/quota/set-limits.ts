import type { LearnedRecord, LearnEvent, LimitRecord, LimitsEvent } from './log/events.ts'
import { parseWindow } from './limit.ts'
import type { LimitState, ModelLimitState, SubjectState } from './log/state.ts'
import { usageFromTrail } from './log/trail.ts'
import { advance, charge, emptyUsage } from './window.ts'

/**
 * So long a learned limit holds after the provider said it last. Where only errors tell of limits, nothing would ever
 * say that one was raised: it must end by itself.
 */
export const LEARNED_HOLDS_MS = 7 * 86_400_000

/** Clients name the models: what is kept of them has an end. The limit heard of longest ago gives way. */
const MOST_MODEL_LIMITS = 64

/** The limits that were set, in place of those set before; what was learned stays beside them. */
export function setLimits(subject: SubjectState, event: LimitsEvent, now: number): void {
  // Ledgers of before there were `learn` events have learned rows among the others.
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
 * What a provider told of. A limit that is known keeps what was used of it, whatever its maximum is now. `inFlight`:
 * requests of the account that the provider may have counted, and that limits of models will count when they are settled.
 */
export function learnLimits(
  subject: SubjectState,
  event: LearnEvent,
  { now, inFlight }: { now: number; inFlight: number },
): void {
  subject.limits = subject.limits.filter((limit) => isInForce(limit, now))
  // A new list even where nothing is new in it: who remembers the one before sees that it was said anew.
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

/** False for a learned limit that nobody repeated in time. */
export function isInForce(limit: Pick<LimitState, 'until'>, now: number): boolean {
  return limit.until === null || now < limit.until
}

type Learned = Omit<LearnedRecord, 'from'> & { from: string | null }

function learnOfAccount(subject: SubjectState, record: Learned, now: number): void {
  const known = subject.limits.find((limit) => limit.source === 'learned' && isOfWindow(limit, record))
  if (known !== undefined) return repeat(known, record, now)
  const limit: LimitState = {
    ...limitState(subject, { ...record, source: 'learned' }, now),
    from: record.from,
    until: now + LEARNED_HOLDS_MS,
  }
  usedAtLeast(limit, record, now)
  subject.limits.push(limit)
}

function learnOfModel(
  subject: SubjectState,
  record: Learned & { model: string },
  { now, inFlight }: { now: number; inFlight: number },
): void {
  const { model } = record
  const limits = subject.modelLimits
  const known = limits.find((limit) => limit.model === model && isOfWindow(limit, record))
  if (known !== undefined) return repeat(known, record, now)
  const { metric, window, max, from } = record
  const clock = parseWindow(window)
  const usage = emptyUsage(clock)
  const until = now + LEARNED_HOLDS_MS
  const limit: ModelLimitState = { metric, window, max, clock, usage, source: 'learned', from, until, model }
  const settled = record.metric === 'requests' ? inFlight : 0
  usedAtLeast(limit, record, now, settled)
  limits.push(limit)
  if (limits.length > MOST_MODEL_LIMITS) limits.shift()
}

function repeat(known: LimitState, record: Learned, now: number): void {
  Object.assign(known, { max: record.max, from: record.from, until: now + LEARNED_HOLDS_MS })
}

/** The provider has counted what qwenctl has not seen: other programs use the same credential. */
function usedAtLeast(
  { usage, clock, max }: LimitState,
  { remaining }: Learned,
  now: number,
  stillToCount = 0,
): void {
  advance(usage, clock, now)
  if (remaining === undefined) return
  charge(usage, clock, Math.max(0, max - remaining - usage.used - stillToCount), now)
}

/** A limit that is still there keeps what was used of it; one defined anew starts from what the trail remembers. */
function limitState(subject: SubjectState, record: LimitRecord, now: number): LimitState {
  const { metric, window, max, source } = record
  const clock = parseWindow(window)
  const before = subject.limits.find((limit) => isOfWindow(limit, record))
  const usage =
    before === undefined ? usageFromTrail(subject.trail, metric, clock, now) : structuredClone(before.usage)
  return { metric, window, max, clock, usage, source, from: null, until: null }
}

function isOfWindow(limit: LimitState, record: Pick<LimitRecord, 'metric' | 'window'>): boolean {
  return limit.metric === record.metric && limit.window === record.window
}
