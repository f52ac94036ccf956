import type { ClearEvent, CoolEvent, LedgerEvent, ReserveEvent, ResetEvent, SettleEvent } from './events.ts'
import { begin, countsAmounts, emptyInFlight, end, learnMean } from '../in-flight.ts'
import { forgetLearned, learnLimits, setLimits } from '../set-limits.ts'
import { setTime } from './shift-time.ts'
import { isFull } from '../standing.ts'
import type { Demand } from '../standing.ts'
import type {
  Cooldown,
  DayTotals,
  InFlightRequest,
  LedgerState,
  OpenReservation,
  SubjectState,
} from './state.ts'
import { claimSlot, emptyJobSlots, endRun } from './job-slots.ts'
import { OpenReservations } from './open-reservations.ts'
import { formatDay, emptyTotals } from './totals.ts'
import type { TrailAmounts } from './trail.ts'
import { emptyTrail, leaveTrail, takeFromLongTrail, trailAmount } from './trail.ts'
import { advance, charge, emptyUsage, giveBack, isLongWindow } from '../window.ts'

/** A cooldown this soon after the last one is the next strike in a row. */
const STRIKE_MEMORY_MS = 10 * 60_000

/** A reservation without a settlement stays charged, but is no longer shown as in flight after this time. */
const OPEN_MEMORY_MS = 48 * 3_600_000

/** A shared empty list; no code adds to it. */
const NO_OTHERS: string[] = []
const NO_SUBJECTS: readonly SubjectState[] = []

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
  const { now: at, sequence } = state
  return state.open.add(event.id, { account: event.account, also, at, sequence, probe: event.probe })
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
    begin((subject.inFlight ??= emptyInFlight()), request, now)
  }
  subject.lastUsedAt = now
}

function settle(state: LedgerState, event: SettleEvent): boolean {
  const open = state.open.take(event.id)
  if (open === undefined) return false // already settled, or never granted
  const account = ensureSubject(state, open.account)
  const others = ensureSubjects(state, open.also)
  noteReach(account, event, state.now)
  endInFlight(account, others, open.sequence)
  if (event.refunded === true) {
    refund(account, open, state.now)
    for (const other of others) refund(other, open, state.now)
    const totals = totalsIn(state, formatDay(open.at), open.account)
    totals.requests = Math.max(0, totals.requests - 1)
    if (event.unreached !== undefined) totals.unreached = (totals.unreached ?? 0) + 1
    else if (event.status !== undefined) totals.uncounted = (totals.uncounted ?? 0) + 1
    return true
  }
  const isRefused = event.refunded === 'long-windows'
  if (isRefused) for (const subject of [account, ...others]) refundLong(subject, open, state.now)
  const spent = {
    requests: 0,
    inputTokens: event.inputTokens ?? 0,
    outputTokens: event.outputTokens ?? 0,
    usd: event.costUsd ?? 0,
  }
  chargeSettled(account, spent, event, state.now)
  for (const other of others) chargeSettled(other, spent, event, state.now)
  if (account.modelLimits.length > 0)
    chargeModel(account, event.model, { ...spent, requests: 1 }, { now: state.now, isRefused })
  addOutcome(totalsIn(state, formatDay(state.now), open.account), event)
  if (event.outcome === 'ok') account.strikes = 0
  return true
}

function endInFlight(account: SubjectState, others: readonly SubjectState[], sequence: number): void {
  if (account.inFlight !== undefined) end(account.inFlight, sequence)
  for (const { inFlight } of others) if (inFlight !== undefined) end(inFlight, sequence)
}

function addOutcome(totals: DayTotals, event: SettleEvent): void {
  if (event.outcome === 'ok') totals.succeeded += 1
  else totals.failed += 1
  totals.inputTokens += event.inputTokens ?? 0
  totals.outputTokens += event.outputTokens ?? 0
  if (event.estimatedTokens === true)
    totals.estimatedTokens =
      (totals.estimatedTokens ?? 0) + (event.inputTokens ?? 0) + (event.outputTokens ?? 0)
  if (event.costUsd !== undefined) totals.costUsd = (totals.costUsd ?? 0) + event.costUsd
}

const ONE_REQUEST: TrailAmounts = { requests: 1, inputTokens: 0, outputTokens: 0, usd: 0 }
const ONE_BACK: TrailAmounts = { requests: -1, inputTokens: 0, outputTokens: 0, usd: 0 }

function chargeSubject(subject: SubjectState, amounts: TrailAmounts, now: number): void {
  for (const limit of subject.limits) {
    const amount = trailAmount(amounts, limit.metric)
    if (amount === 0) continue
    advance(limit.usage, limit.clock, now)
    charge(limit, amount, now)
  }
  leaveTrail(subject.trail, amounts, now, now)
}

function chargeSettled(
  subject: SubjectState,
  spent: TrailAmounts,
  { outcome }: SettleEvent,
  now: number,
): void {
  chargeSubject(subject, spent, now)
  if (outcome === 'ok' && subject.inFlight !== undefined) learnMean(subject.inFlight, spent)
}

/** Learned limits of a model count a request once its model is known. */
function chargeModel(
  subject: SubjectState,
  model: string | undefined,
  amounts: TrailAmounts,
  { now, isRefused }: { now: number; isRefused: boolean },
): void {
  for (const limit of subject.modelLimits) {
    if (limit.model !== model || (isRefused && isLongWindow(limit.clock))) continue
    advance(limit.usage, limit.clock, now)
    charge(limit, trailAmount(amounts, limit.metric), now)
  }
}

function refund(subject: SubjectState, open: OpenReservation, now: number): void {
  if (open.sequence <= subject.resetSequence) return // the reset already returned it
  for (const limit of subject.limits) {
    if (limit.metric !== 'requests') continue
    advance(limit.usage, limit.clock, now)
    giveBack(limit.usage, limit.clock, { at: open.at, amount: 1 }, now)
  }
  leaveTrail(subject.trail, ONE_BACK, open.at, now + 1)
}

/** The provider refused the request before any byte of an answer: windows of an hour and longer return it. */
function refundLong(subject: SubjectState, open: OpenReservation, now: number): void {
  if (open.sequence <= subject.resetSequence) return
  for (const limit of subject.limits) {
    if (limit.metric !== 'requests' || !isLongWindow(limit.clock)) continue
    advance(limit.usage, limit.clock, now)
    giveBack(limit.usage, limit.clock, { at: open.at, amount: 1 }, now)
  }
  takeFromLongTrail(subject.trail, open.at, now)
}

/** An account stays unreachable until an attempt gets through, with a whole answer or a part of it. */
function noteReach(account: SubjectState, event: SettleEvent, now: number): void {
  if (event.unreached !== undefined) {
    account.unreached = { since: account.unreached?.since ?? now, reason: event.unreached }
  } else if (account.unreached !== undefined) {
    const hasAnswer = event.status !== undefined || event.outcome === 'ok' || event.outcome === 'lost'
    if (hasAnswer) delete account.unreached
  }
}

function reset(state: LedgerState, event: ResetEvent): boolean {
  const subject = ensureSubject(state, event.account)
  for (const limit of [...subject.limits, ...subject.modelLimits]) limit.usage = emptyUsage(limit.clock)
  subject.trail = emptyTrail()
  if (subject.inFlight !== undefined) subject.inFlight.requests = []
  subject.resetSequence = state.sequence
  return true
}

function countInFlight(state: LedgerState, account: string): number {
  let count = 0
  for (const open of state.open.entries()) if (open.account === account) count += 1
  return count
}

/** Deadlines only move later: one process never shortens what another has learned. */
function cool(state: LedgerState, event: CoolEvent): boolean {
  const subject = ensureSubject(state, event.subject)
  const key = event.model ?? '*'
  const before = subject.cooldowns.get(key)
  const until = event.until === null ? null : Date.parse(event.until)
  const isActive = before !== undefined && (before.until === null || before.until > state.now)
  if (isActive && (before.until === null || (until !== null && until <= before.until))) return false
  // Many concurrent requests may meet the same refusal: together they are one strike.
  const isInRow = isSoonAfter(before?.until ?? null, state.now)
  if (!isActive) subject.strikes = isInRow ? subject.strikes + 1 : 1
  subject.cooldowns.set(key, {
    until,
    since: isActive ? before.since : state.now,
    reason: event.reason,
    evidence: event.evidence ?? null,
    ...(event.guessed === true ? { guessed: true, strikes: strikesIn(before, isActive, isInRow) } : {}),
  })
  return true
}

function strikesIn(before: Cooldown | undefined, isActive: boolean, isInRow: boolean): number {
  const strikes = before?.strikes ?? 1
  if (isActive) return strikes
  return before !== undefined && isInRow ? strikes + 1 : 1
}

function isSoonAfter(until: number | null, now: number): boolean {
  return until !== null && now - until < STRIKE_MEMORY_MS
}

function clear(state: LedgerState, event: ClearEvent): boolean {
  const subject = ensureSubject(state, event.subject)
  delete subject.unreached // the user acted on the account, or an attempt got through
  if (event.model === undefined) subject.cooldowns.clear()
  else subject.cooldowns.delete(event.model)
  subject.strikes = 0
  return true
}

/** The subject of an event, to change it. */
function ensureSubject(state: LedgerState, id: string): SubjectState {
  state.watcher?.beforeSubject(id)
  let subject = state.subjects.get(id)
  if (subject === undefined) {
    subject = {
      limits: [],
      modelLimits: [],
      cooldowns: new Map(),
      trail: emptyTrail(),
      resetSequence: 0,
      strikes: 0,
      lastUsedAt: null,
    }
    state.subjects.set(id, subject)
  }
  return subject
}

/** The other subjects of a reservation; most reservations have none. */
function ensureSubjects(state: LedgerState, ids: readonly string[] = NO_OTHERS): readonly SubjectState[] {
  return ids.length === 0 ? NO_SUBJECTS : ids.map((id) => ensureSubject(state, id))
}

/** The totals of an account on a day, to change them. */
function totalsIn(state: LedgerState, day: string, account: string): DayTotals {
  state.watcher?.beforeTotals(day, account)
  let accounts = state.days.get(day)
  if (accounts === undefined) state.days.set(day, (accounts = new Map<string, DayTotals>()))
  let totals = accounts.get(account)
  if (totals === undefined) accounts.set(account, (totals = emptyTotals()))
  return totals
}
