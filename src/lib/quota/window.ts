import type { Clock } from './limit.ts'
import type { Charge, LimitState, WindowUsage } from './log/state.ts'
import { calendarWindow } from './zone.ts'

/**
 * A rolling window remembers this many charges to the millisecond. Beyond that, neighbours merge at the later time.
 * A merged charge leaves the window late, never early, so merging cannot create capacity.
 */
const EXACT_CHARGES = 4096

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
  // The charge is in the first entry at its time or later: a merged entry has the latest time of its parts.
  const charged = usage.charges.find((entry) => entry.at >= chargedAt)
  if (charged === undefined || charged.amount < amount) return
  charged.amount -= amount
  usage.used = Math.max(0, usage.used - amount)
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
  let excess = -Math.max(0, amount)
  for (const charge of usage.charges) if (charge.at < since) excess += charge.amount
  while (excess > 0 && usage.charges[0] !== undefined) {
    const first = usage.charges[0]
    const taken = Math.min(first.amount, excess)
    excess -= taken
    usage.used -= taken
    first.amount -= taken
    if (first.amount === 0) usage.charges.shift()
  }
}

function dropExpired(usage: { charges: Charge[]; used: number }, before: number): void {
  let expired = 0
  for (const entry of usage.charges) {
    if (entry.at > before) break
    usage.used -= entry.amount
    expired += 1
  }
  if (expired > 0) usage.charges.splice(0, expired)
  if (usage.charges.length === 0) usage.used = 0 // rounding of dollars ends with the window
}

function pushCharge(charges: Charge[], entry: Charge): void {
  const last = charges.at(-1)
  if (last?.at === entry.at) {
    last.amount += entry.amount
    return
  }
  charges.push(entry)
  if (charges.length <= EXACT_CHARGES) return
  const merged: Charge[] = []
  for (let index = 0; index < charges.length; index += 2) {
    const first = charges[index]
    const second = charges[index + 1]
    if (first === undefined) continue
    merged.push(second === undefined ? first : { at: second.at, amount: first.amount + second.amount })
  }
  charges.splice(0, charges.length, ...merged)
}
