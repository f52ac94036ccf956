import { parseWindow } from '../quota/limit.ts'
import { calendarWindow } from '../quota/zone.ts'
import type { LimitState, SubjectState } from '../quota/log/state.ts'

/**
 * When the window of an account ends, or has last ended (epoch milliseconds). A rolling window ends when its last
 * request has left it. Without a limit of that window, the end of a cooldown for a used-up window counts. Null: not
 * known, because nothing has used the window yet.
 */
export function findReset(subject: SubjectState | undefined, window: string, now: number): number | null {
  if (subject === undefined) return null
  const limits = subject.limits.filter((limit) => matchesWindow(limit, window))
  const ends = limits.map((limit) => findEnd(limit, subject, now)).filter((end) => end !== null)
  if (ends.length > 0) return Math.max(...ends)
  const cooldown = subject.cooldowns.get('*')
  if (cooldown?.reason === 'quota-window' && cooldown.until !== null) return cooldown.until
  return findUseEnd(subject, window)
}

/** `5h` also means a limit written `5h@first-use`. */
function matchesWindow(limit: LimitState, window: string): boolean {
  return limit.window === window || limit.window.split('@')[0] === window
}

function findEnd({ clock, usage }: LimitState, subject: SubjectState, now: number): number | null {
  if (clock.kind === 'calendar') return calendarWindow(clock.unit, clock.zone, now).start
  if (clock.kind === 'rolling')
    return subject.lastUsedAt === null ? null : subject.lastUsedAt + clock.lengthMs
  return usage.kind === 'fixed' ? usage.end : null
}

/** The account has no such limit: only its requests show when a window of that length ends. */
function findUseEnd({ lastUsedAt }: SubjectState, window: string): number | null {
  const clock = parseWindow(window)
  return clock.kind === 'calendar' || lastUsedAt === null ? null : lastUsedAt + clock.lengthMs
}
