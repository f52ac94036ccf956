import type { Clock } from './limit.ts'
import type { Charge } from './charges.ts'
import { dropCharges, pushCharge, sumBefore, takeCharge } from './charges.ts'
import type { LimitState, WindowUsage } from './log/state.ts'
import { calendarWindow } from './zone.ts'

export function emptyUsage(clock: Clock): WindowUsage {
  return clock.kind === 'rolling'
    ? { kind: 'rolling', charges: [], used: 0 }
    : { kind: 'fixed', start: null, end: null, used: 0 }
}

const HOUR_MS = 3_600_000

/**
 * Whether the window lasts an hour or longer: such a window returns requests that the provider refused without an
 * answer.
 */
export function isLongWindow(clock: Clock): boolean {
  return clock.kind === 'calendar' || clock.lengthMs >= HOUR_MS
}

/** Moves the window to `now`: charges that have left it no longer count. */
export function advance(usage: WindowUsage, clock: Clock, now: number): void {
  if (usage.kind === 'rolling') {
    if (clock.kind === 'rolling') dropExpired(usage, now - clock.lengthMs)
    return
  }
  if (clock.kind === 'refill') leak(usage, now)
  if (usage.end !== null && now < usage.end) return
  usage.used = 0
  usage.start = null
  usage.end = null
  if (clock.kind === 'calendar')
    Object.assign(usage, calendarWindow(clock.unit, clock.zone, now, clock.firstDay))
}

/** A window with its clock. A bucket refills in proportion to its size. */
type Counted = Pick<LimitState, 'usage' | 'clock' | 'max'>

/** Adds to a window that was advanced to `now`. A first-use window begins with this charge. */
export function charge({ usage, clock, max }: Counted, amount: number, now: number): void {
  if (amount === 0) return
  if (usage.kind === 'fixed' && clock.kind === 'refill') {
    usage.start ??= now
    usage.used += amount
    usage.end = usage.start + (usage.used * clock.lengthMs) / max
    return
  }
  usage.used += amount
  if (usage.kind === 'rolling') {
    pushCharge(usage.charges, { at: now, amount })
  } else if (usage.start === null && clock.kind === 'first-use') {
    usage.start = now
    usage.end = now + clock.lengthMs
  }
}

/** Units of a bucket that came back by `now`. Only whole ones, so that a count of requests stays a whole number. */
export function countRefilled(usage: Extract<WindowUsage, { kind: 'fixed' }>, now: number): number {
  if (usage.start === null || usage.end === null || usage.used === 0) return 0
  const perUnit = (usage.end - usage.start) / usage.used
  if (!(perUnit > 0)) return usage.used
  return Math.min(usage.used, Math.max(0, Math.floor((now - usage.start) / perUnit)))
}

function leak(usage: Extract<WindowUsage, { kind: 'fixed' }>, now: number): void {
  const back = countRefilled(usage, now)
  if (back === 0 || usage.start === null || usage.end === null) return
  usage.start += (back * (usage.end - usage.start)) / usage.used
  usage.used -= back
}

/**
 * Takes back a charge made at `chargedAt`, in a window that was advanced to `now`. A charge that has left the
 * window changes nothing: the present count belongs to other requests.
 */
export function giveBack(
  usage: WindowUsage,
  clock: Clock,
  { amount, at: chargedAt }: Charge,
  now: number,
): void {
  if (usage.kind === 'fixed') {
    if (clock.kind === 'refill') return takeBack(usage, amount)
    if (usage.start !== null && chargedAt >= usage.start) usage.used = Math.max(0, usage.used - amount)
    return
  }
  if (clock.kind === 'rolling' && chargedAt <= now - clock.lengthMs) return
  if (takeCharge(usage.charges, { at: chargedAt, amount })) usage.used = Math.max(0, usage.used - amount)
}

/** A bucket does not know which units came back. It returns the amount from what is left, and at most all of it. */
function takeBack(usage: Extract<WindowUsage, { kind: 'fixed' }>, amount: number): void {
  if (usage.start === null || usage.end === null || usage.used === 0) return
  const left = Math.max(0, usage.used - amount)
  usage.end = usage.start + ((usage.end - usage.start) / usage.used) * left
  usage.used = left
}

/**
 * Takes charges made before `since` out of a window, the oldest first, until they are at most `amount`. Later charges
 * stay.
 */
export function lowerTo(
  usage: Extract<WindowUsage, { kind: 'rolling' }>,
  { amount, since }: { amount: number; since: number },
): void {
  const { charges } = usage
  let excess = sumBefore(charges, since) - Math.max(0, amount)
  let emptied = 0
  for (let n = 0; n < charges.length && excess > 0; n += 2) {
    const taken = Math.min(charges[n + 1]!, excess)
    excess -= taken
    usage.used -= taken
    charges[n + 1]! -= taken
    if (charges[n + 1] === 0) emptied += 1
  }
  dropCharges(charges, emptied)
}

function dropExpired(usage: Extract<WindowUsage, { kind: 'rolling' }>, before: number): void {
  const { charges } = usage
  let expired = 0
  for (let n = 0; n < charges.length && charges[n]! <= before; n += 2) {
    usage.used -= charges[n + 1]!
    expired += 1
  }
  dropCharges(charges, expired)
  if (charges.length === 0) usage.used = 0 // rounding of dollars ends with the window
}
