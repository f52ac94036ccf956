import { formatDay } from '../../base/iso-time.ts'
import type { LedgerEvent, ReserveEvent, ResetEvent } from './events.ts'
import { beginRequest, countsAmounts, emptyInFlight, isAbandoned } from '../in-flight.ts'
import { forgetLearned, learnLimits, setLimits } from '../set-limits.ts'
import { setTime } from './shift-time.ts'
import { isFull } from '../standing.ts'
import type { Demand } from '../standing.ts'
import type { InFlightRequest, LedgerState, SubjectState } from './state.ts'
import { claimSlot, emptyJobSlots, endRun } from './job-slots.ts'
import { OpenReservations } from './open-reservations.ts'
import type { TrailAmounts } from './trail.ts'
import { emptyTrail } from './trail.ts'
import { advance, emptyUsage } from '../window.ts'
import { dropSubject, ensureSubject, ensureSubjects, listCharged, totalsIn, NO_OTHERS } from './subjects.ts'
import { cool, clear } from './cool.ts'
import { settle } from './settle.ts'
import { chargeSubject } from './charge-subject.ts'

/** A reservation without a settlement stays charged, but is no longer shown as in flight after this time. */
const OPEN_MEMORY_MS = 48 * 3_600_000

export function emptyState(): LedgerState {
  return {
    now: 0,
    sequence: 0,
    subjects: new Map(),
    open: new OpenReservations(),
    days: new Map(),
    lost: null,
    reference: null,
    jobs: emptyJobSlots(),
    watcher: null,
  }
}

/**
 * Applies one event, and changes only the given state. The verdict on a reservation depends only on earlier events,
 * so the same file gives every process the same state. Returns whether the event took effect: for a reservation,
 * whether it was granted.
 */
export function apply(state: LedgerState, event: LedgerEvent): boolean {
  state.sequence += 1
  if (event.type === 'clock') {
    setTime(state, event)
    return true
  }
  moveTime(state, parseTime(event.at))
  switch (event.type) {
    case 'reserve':
      return reserve(state, event)
    case 'settle':
      return settle(state, event)
    case 'limits':
      setLimits(ensureSubject(state, event.account), event, state.now)
      return true
    case 'learn':
      learnLimits(ensureSubject(state, event.account), event, {
        now: state.now,
        inFlight: countInFlight(state, event.account),
      })
      return true
    case 'forget':
      forgetLearned(ensureSubject(state, event.account))
      return true
    case 'drop':
      return dropSubject(state, event.account)
    case 'reset':
      return reset(state, event)
    case 'cool':
      return cool(state, event)
    case 'clear':
      return clear(state, event)
    case 'close':
      moveTime(state, Date.parse(event.next))
      return true
    case 'slot':
      return claimSlot(state, event)
    case 'slot-end':
      return endRun(state, event)
    case 'lost':
      state.lost = { at: state.now, what: event.what }
      return true
  }
}

let memo = { text: '', at: Number.NaN }

/** Neighbours in the ledger often share their time, and parsing it costs as much as the rest of an event. */
function parseTime(text: string): number {
  if (text !== memo.text) memo = { text, at: Date.parse(text) }
  return memo.at
}

/** Time in the ledger never runs backwards, whatever clock the writing process had. */
function moveTime(state: LedgerState, at: number): void {
  if (!(at > state.now)) return
  const isNewDay = state.open.size > 0 && formatDay(at) !== formatDay(state.now)
  state.now = at
  if (!isNewDay) return
  for (const { id, at: since } of [...state.open.entries()]) {
    if (since <= at - OPEN_MEMORY_MS) state.open.take(id)
  }
}

function reserve(state: LedgerState, event: ReserveEvent): boolean {
  if (state.open.get(event.id) !== undefined) return false
  const account = ensureSubject(state, event.account)
  const others = ensureSubjects(state, event.also)
  const hasRoom = fits(account, others, event, state.now) || event.granted === true
  if (!hasRoom) return false
  use(account, event, state)
  for (const other of others) use(other, event, state)
  totalsIn(state, formatDay(state.now), event.account).requests += 1
  const also = event.also ?? NO_OTHERS
  const charged = listCharged(state, also)
  const { now: at, sequence } = state
  return state.open.add(event.id, { account: event.account, also, charged, at, sequence, probe: event.probe })
}

/** Only the account keeps headroom. Every window advances to `now`. */
function fits(
  account: SubjectState,
  others: readonly SubjectState[],
  event: ReserveEvent,
  now: number,
): boolean {
  if (!isBelowLimits(account, event, now)) return false
  for (const other of others)
    if (!isBelowLimits(other, other === account ? event : { hold: event.hold }, now)) return false
  const { model } = event
  if (model === undefined) return true
  for (const limit of account.modelLimits)
    if (limit.model === model && isFull(limit, now, event, account.inFlight)) return false
  return true
}

function isBelowLimits(subject: SubjectState, demand: Demand, now: number): boolean {
  for (const limit of subject.limits) {
    advance(limit.usage, limit.clock, now)
    if (isFull(limit, now, demand, subject.inFlight)) return false
  }
  return true
}

function use(subject: SubjectState, { hold, model }: ReserveEvent, { now, sequence }: LedgerState): void {
  chargeSubject(subject, ONE_REQUEST, now)
  if (subject.modelLimits.length > 0 || countsAmounts(subject.limits)) {
    const request: InFlightRequest = { at: now, sequence }
    if (hold !== undefined) request.hold = hold
    if (model !== undefined) request.model = model
    beginRequest((subject.inFlight ??= emptyInFlight()), request, now)
  }
  subject.lastUsedAt = now
}

const ONE_REQUEST: TrailAmounts = { requests: 1, inputTokens: 0, outputTokens: 0, usd: 0 }

function reset(state: LedgerState, event: ResetEvent): boolean {
  const subject = ensureSubject(state, event.account)
  for (const limit of [...subject.limits, ...subject.modelLimits]) limit.usage = emptyUsage(limit.clock)
  subject.trail = emptyTrail()
  if (subject.inFlight !== undefined) subject.inFlight.requests = emptyInFlight().requests
  subject.resetSequence = state.sequence
  return true
}

function countInFlight({ open, now }: LedgerState, account: string): number {
  let count = 0
  for (const one of open.entries()) if (one.account === account && !isAbandoned(one.at, now)) count += 1
  return count
}
