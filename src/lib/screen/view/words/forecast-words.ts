import type { LimitView } from '../../../toolkit/views.ts'
import type { Line } from '../../line.ts'
import { span } from '../../line.ts'
import { shortDuration } from './short-duration.ts'

/** How long a limit lasts at the recent pace; null: it resets first, or its pace is unknown. */
export function lastsMs(limit: LimitView | null, now: number): number | null {
  const exhaustsAt = limit?.forecast?.exhaustsAt ?? null
  return exhaustsAt === null ? null : Date.parse(exhaustsAt) - now
}

/** `2h 10m`, if the limit runs out before its reset. */
export function formatRunsOut(limit: LimitView | null, now: number): Line {
  const ms = lastsMs(limit, now)
  return [ms === null ? span('–', 'quiet') : span(shortDuration(ms), 'warn')]
}
