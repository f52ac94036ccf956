import { isInForce, standing } from './standing.ts'
import type { LimitState, ModelLimitState, SubjectState } from './log/state.ts'

/** A limit that has passed a percentage of its maximum. */
export interface Passed {
  limit: LimitState | ModelLimitState
  used: number
  /** Percentages: the highest one passed, and the lower ones passed with it. */
  highest: number
  lower: number[]
  /** A name for the window, the same in every process. */
  window: string
}

/** Finds the limits of a subject that have passed one of these percentages, which may be in any order. */
export function passedThresholds(subject: SubjectState, percents: readonly number[], now: number): Passed[] {
  const found: Passed[] = []
  const least = Math.min(...percents)
  for (const limit of [...subject.limits, ...subject.modelLimits]) {
    // A cheap first check: the stored use of an ended window is never less than the present use.
    if (limit.usage.used * 100 < limit.max * least || !isInForce(limit, now)) continue
    const { used } = standing(limit, now)
    const passed = percents.filter((percent) => used * 100 >= limit.max * percent).sort((a, b) => b - a)
    const [highest, ...lower] = passed
    if (highest !== undefined) found.push({ limit, used, highest, lower, window: nameWindow(limit, now) })
  }
  return found
}

/** A rolling window or a bucket has no end: each threshold is reported once per its length. */
function nameWindow({ usage, clock }: LimitState, now: number): string {
  if (clock.kind === 'rolling' || clock.kind === 'refill')
    return `${clock.kind}-${Math.floor(now / clock.lengthMs)}`
  return usage.kind === 'fixed' ? String(usage.end ?? 0) : '0'
}
