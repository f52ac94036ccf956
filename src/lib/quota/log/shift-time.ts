import { shiftCharges } from '../charges.ts'
import type { ClockEvent } from './events.ts'
import { shiftJobs } from './job-slots.ts'
import { OpenReservations } from './open-reservations.ts'
import type { Cooldown, LedgerState, LimitState, SubjectState, WindowUsage } from './state.ts'
import { shiftTrail, usageFromTrail } from './trail.ts'
import { calendarWindow } from '../zone.ts'

/**
 * The ledger's time at an uptime, from the event that last set it; null: no event did in this run of the machine.
 */
export function timeAt(
  reference: LedgerState['reference'],
  { boot, uptime }: { boot: string; uptime: number },
): number | null {
  if (reference === null || boot === '' || reference.boot !== boot) return null
  return reference.at + uptime - reference.uptime
}

/**
 * Sets the ledger's time. Within one run of the machine, the uptime measures the elapsed time. A difference is then
 * an error of the clock: all times move with it, and no time passes. Between two runs, or if the event says so, a
 * forward step counts as elapsed time.
 */
export function setTime(state: LedgerState, event: ClockEvent): void {
  const { boot, uptime, writer } = event
  const at = Date.parse(event.at)
  const here = timeAt(state.reference, event)
  const shift = at - (here ?? state.now)
  const hasPassed = (here === null || event.passed === true) && (shift >= 0 || state.now === 0)
  if (shift !== 0 && !hasPassed) shiftTime(state, shift)
  state.now = Math.max(state.now, at)
  state.reference = { boot, uptime, at, writer, confirmed: event.confirmed === true }
}

/** Moves all times by `shift` milliseconds. */
function shiftTime(state: LedgerState, shift: number): void {
  state.watcher?.beforeAll()
  state.now += shift
  const open = new OpenReservations()
  for (const { id, account, also, charged, at, sequence, probe } of state.open.entries())
    open.add(id, { account, also, charged, at: at + shift, sequence, probe })
  state.open = open
  if (state.lost !== null) state.lost = { ...state.lost, at: state.lost.at + shift }
  shiftJobs(state.jobs, shift, state.now)
  for (const subject of state.subjects.values()) shiftSubject(subject, shift, state.now)
}

function shiftSubject(subject: SubjectState, shift: number, now: number): void {
  const { trail, cooldowns } = subject
  shiftTrail(trail, shift)
  if (subject.lastUsedAt !== null) subject.lastUsedAt += shift
  const { inFlight } = subject
  if (inFlight !== undefined) for (const request of inFlight.requests) request.at += shift
  if (subject.unreached !== undefined) subject.unreached.since += shift
  if (cooldowns.size > 0)
    subject.cooldowns = new Map([...cooldowns].map(([key, cooldown]) => [key, shifted(cooldown, shift)]))
  for (const limit of subject.limits) {
    const before = limit.usage.used
    shiftLimit(limit, shift, now)
    if (limit.clock.kind !== 'calendar') continue
    limit.usage = usageFromTrail(trail, limit, now)
    // The trail lacks the use that only the provider reported.
    if (limit.source === 'learned') limit.usage.used = Math.max(limit.usage.used, before)
  }
  for (const limit of subject.modelLimits) shiftLimit(limit, shift, now)
}

function shiftLimit(limit: LimitState, shift: number, now: number): void {
  const { usage, clock } = limit
  if (limit.until !== null) limit.until += shift
  if (usage.kind === 'rolling') shiftCharges(usage.charges, shift)
  else if (clock.kind === 'calendar')
    Object.assign(usage, calendarWindow(clock.unit, clock.zone, now, clock.firstDay))
  else shiftFixed(usage, shift)
}

function shiftFixed(usage: Extract<WindowUsage, { kind: 'fixed' }>, shift: number): void {
  if (usage.start !== null) usage.start += shift
  if (usage.end !== null) usage.end += shift
}

/** A time from the provider may have been a time of day: it never moves later. */
function shifted(cooldown: Cooldown, shift: number): Cooldown {
  const { until, since } = cooldown
  const moves = until !== null && (shift < 0 || cooldown.guessed === true)
  return { ...cooldown, since: since + shift, until: moves ? until + shift : until }
}
