import type { LimitView } from '../../toolkit/views.ts'
import type { Line } from '../line.ts'
import { span } from '../line.ts'
import { shortDuration } from './short-duration.ts'

/** When a limit runs out at the recent pace, as far as it is known. */
interface Forecast {
  /** RFC 3339; null: not before it resets. */
  exhaustsAt: string | null
  perHour: number
}

/** Null: not enough recent use. */
export function forecastOf(limit: LimitView): Forecast | null {
  return (limit as LimitView & { forecast?: Forecast | null }).forecast ?? null
}

/** `2h 10m`, where it runs out before it resets. */
export function runsOutWords(limit: LimitView | null, now: number): Line {
  const exhaustsAt = limit === null ? null : (forecastOf(limit)?.exhaustsAt ?? null)
  if (exhaustsAt === null) return [span('–', 'quiet')]
  return [span(shortDuration(Date.parse(exhaustsAt) - now), 'warn')]
}
