import { isInForce } from './set-limits.ts'
import { standing } from './standing.ts'
import type { LimitState, ModelLimitState, SubjectState } from './log/state.ts'

/** A limit whose use has passed some share of it. */
export interface Passed {
  limit: LimitState | ModelLimitState
  used: number
  /** Percent; the highest that was passed, and the lower ones that were passed with it. */
  highest: number
  lower: number[]
  /** The same for all who look at the same window. */
  window: string
}

/** The limits of a subject that have passed one of these percentages, in whatever order those are. */
export function passedThresholds(subject: SubjectState, percents: readonly number[], now: number): Passed[] {
  const found: Passed[] = []
  const least = Math.min(...percents)
  for (const limit of [...subject.limits, ...subject.modelLimits]) {
    // What is kept of a window that has ended is more than what is used: a first look that costs nothing.
    if (limit.usage.used * 100 < limit.max * least || !isInForce(limit, now)) continue
    const { used } = standing(limit, now)
    const passed = percents.filter((percent) => used * 100 >= limit.max * percent).sort((a, b) => b - a)
    const [highest, ...lower] = passed
    if (highest !== undefined) found.push({ limit, used, highest, lower, window: nameWindow(limit, now) })
  }
  return found
}

/** A window that rolls has no end: it is told of once in its length. */
function nameWindow({ usage, clock }: LimitState, now: number): string {
  if (usage.kind === 'fixed') return String(usage.end ?? 0)
  return clock.kind === 'rolling' ? `rolling-${Math.floor(now / clock.lengthMs)}` : '0'
}
