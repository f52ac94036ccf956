import { formatTime } from '../base/iso-time.ts'
import { formatDuration } from '../base/durations.ts'

/**
 * The time of a return, for a message (`2026-11-30T12:00:00.000Z (in 5 s)`) and for the details of its error. `at`,
 * `now` and `returnsAt`: epoch milliseconds.
 */
export function describeReturn(
  at: number,
  now: number,
): { when: string; details: { retryAfterSeconds: number; returnsAt: number } } {
  // A client that comes back after zero seconds would still find nothing.
  const seconds = Math.max(1, Math.ceil((at - now) / 1000))
  return {
    when: `${formatTime(at)} (in ${formatDuration(seconds * 1000)})`,
    details: { retryAfterSeconds: seconds, returnsAt: at },
  }
}
