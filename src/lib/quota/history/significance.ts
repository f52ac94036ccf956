// Standard tests of whether a difference is more than chance. Both are two-sided. Sources: R. A. Fisher, "The Design
// of Experiments" (1935), and H. B. Mann, D. R. Whitney, "On a Test of Whether one of Two Random Variables is
// Stochastically Larger than the Other", Ann. Math. Statist. 18 (1947).

import type { Histogram } from './histogram.ts'

/** A p-value below this is called significant. */
export const SIGNIFICANT_BELOW = 0.05

/** Yes and no of a sample, as whole numbers from 0. */
export interface Counts {
  yes: number
  no: number
}

/** Shares of tables that are equally likely differ in the last digits. */
const ROUNDING = 1e-7

/**
 * Fisher's exact test of two shares: the probability of a table as unlikely as this one, or less likely, if both
 * samples have the same share. 1 for an empty sample.
 */
export function testShares(one: Counts, other: Counts): number {
  const [first, second] = [one.yes + one.no, other.yes + other.no]
  const yes = one.yes + other.yes
  const total = first + second
  if (first === 0 || second === 0) return 1
  const logProbability = (ofFirst: number) =>
    logChoose(first, ofFirst) + logChoose(second, yes - ofFirst) - logChoose(total, yes)
  const most = logProbability(one.yes) + ROUNDING
  let sum = 0
  for (let ofFirst = Math.max(0, yes - second); ofFirst <= Math.min(yes, first); ofFirst += 1) {
    const log = logProbability(ofFirst)
    if (log <= most) sum += Math.exp(log)
  }
  return Math.min(1, sum)
}

/**
 * The rank-sum test of Mann and Whitney over two histograms, by the normal approximation with a correction for ties:
 * the probability of such a difference if both have the same distribution. Null: fewer than eight durations on a side.
 */
export function testDurations(one: Histogram, other: Histogram): number | null {
  const steps = [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b)
  const counts = steps.map((step) => [one.get(step) ?? 0, other.get(step) ?? 0] as const)
  const first = counts.reduce((sum, [own]) => sum + own, 0)
  const second = counts.reduce((sum, [, theirs]) => sum + theirs, 0)
  if (first < LEAST_DURATIONS || second < LEAST_DURATIONS) return null
  const total = first + second
  let [rankSum, before, ties] = [0, 0, 0]
  for (const [own, theirs] of counts) {
    const tied = own + theirs
    rankSum += own * (before + (tied + 1) / 2)
    ties += tied ** 3 - tied
    before += tied
  }
  const u = rankSum - (first * (first + 1)) / 2
  const variance = ((first * second) / 12) * (total + 1 - ties / (total * (total - 1)))
  if (variance <= 0) return 1
  return Math.min(1, 2 * upperTail(Math.abs(u - (first * second) / 2) / Math.sqrt(variance)))
}

/** With fewer, the normal approximation says little. */
const LEAST_DURATIONS = 8

function logChoose(of: number, take: number): number {
  return logFactorial(of) - logFactorial(take) - logFactorial(of - take)
}

const smallLogs = buildSmallLogs(256)

function buildSmallLogs(size: number): Float64Array {
  const logs = new Float64Array(size)
  for (let value = 1; value < size; value += 1) logs[value] = logs[value - 1]! + Math.log(value)
  return logs
}

/** By Stirling's series for large numbers; the error is below 1e-12. */
function logFactorial(value: number): number {
  const small = smallLogs[value]
  if (small !== undefined) return small
  const series = 1 / (12 * value) - 1 / (360 * value ** 3)
  return (value + 0.5) * Math.log(value) - value + Math.log(2 * Math.PI) / 2 + series
}

/**
 * The upper tail of the normal distribution. Source: M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions"
 * (1964), 7.1.26 for `erfc`; the error is below 1.5e-7.
 */
function upperTail(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return (poly * Math.exp(-x * x)) / 2
}
