import { formatDay } from '../../base/iso-time.ts'
import { endRequest, learnMean } from '../in-flight.ts'
import { isLongWindow, advance, charge, giveBack } from '../window.ts'
import type { SettleEvent } from './events.ts'
import { chargeSubject } from './charge-subject.ts'
import type { OpenReservation } from './open-reservations.ts'
import type { LedgerState, SubjectState, DayTotals } from './state.ts'
import { ensureCharged, ensureSubject, totalsIn } from './subjects.ts'
import type { TrailAmounts } from './trail.ts'
import { trailAmount, leaveTrail, takeFromLongTrail } from './trail.ts'

export function settle(state: LedgerState, event: SettleEvent): boolean {
  const open = state.open.take(event.id)
  if (open === undefined) return false // already settled, or never granted
  const account = ensureSubject(state, open.account)
  const others = ensureCharged(state, open)
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
  if (account.inFlight !== undefined) endRequest(account.inFlight, sequence)
  for (const { inFlight } of others) if (inFlight !== undefined) endRequest(inFlight, sequence)
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
const ONE_BACK: TrailAmounts = { requests: -1, inputTokens: 0, outputTokens: 0, usd: 0 }

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
