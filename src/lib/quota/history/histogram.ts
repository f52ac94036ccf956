/**
 * Counts durations in steps, each 10 % longer than the one before. Histograms merge by addition, so the hours of
 * any span give its percentiles.
 */
export type Histogram = Map<number, number>

const GROWTH = 1.1
const LOG_GROWTH = Math.log(GROWTH)
/** The upper end of the first step is one millisecond. */
const MIDDLE = Math.sqrt(GROWTH)

/** The accuracy of percentiles from 1 ms on: half a step, as a share of the true value. */
export const HISTOGRAM_ERROR = MIDDLE - 1

/** Returns the step of a duration; null for an invalid one. */
export function findStep(durationMs: number): number | null {
  if (!(durationMs >= 0 && durationMs < Infinity)) return null
  return durationMs <= 1 ? 0 : Math.floor(Math.log(durationMs) / LOG_GROWTH) + 1
}

export function addDuration(histogram: Histogram, durationMs: number): void {
  const step = findStep(durationMs)
  if (step !== null) histogram.set(step, (histogram.get(step) ?? 0) + 1)
}

export function addHistogram(to: Histogram, from: Histogram): void {
  for (const [step, count] of from) to.set(step, (to.get(step) ?? 0) + count)
}

export interface Percentiles {
  p50: number
  p95: number
  count: number
}

/**
 * Percentiles by nearest rank, in whole milliseconds where the steps are that exact; null: there are no
 * measurements.
 */
export function readPercentiles(histogram: Histogram): Percentiles | null {
  let count = 0
  for (const some of histogram.values()) count += some
  if (count === 0) return null
  const steps = [...histogram].sort(([a], [b]) => a - b)
  const at = (share: number) => {
    let left = Math.ceil(share * count)
    for (const [step, some] of steps) {
      left -= some
      if (left <= 0) return stepMiddle(step)
    }
    return 0
  }
  return { p50: at(0.5), p95: at(0.95), count }
}

/** The middle of a step, by ratio: every value in the step is at most half a step away. */
function stepMiddle(step: number): number {
  if (step === 0) return 1
  const length = GROWTH ** (step - 1) * MIDDLE
  return length < 100 ? Math.round(length * 10) / 10 : Math.round(length)
}
