// Compares accounts or groups over a range of time. Pure: tallies and runs are arguments.

import { readPercentiles } from '../../quota/history/histogram.ts'
import type { Tally } from '../../quota/history/history.ts'
import { SIGNIFICANT_BELOW, testDurations, testShares } from '../../quota/history/significance.ts'
import type { RunRecord } from '../../schedule/run-record.ts'
import { roundedUsd } from '../quota/rounded-usd.ts'
import type { ComparedSubject, MeasureDifference } from './comparison-views.ts'

/** A subject with everything that was counted for it. */
export interface CountedSubject extends Pick<ComparedSubject, 'kind' | 'key' | 'label' | 'accounts'> {
  tally: Tally
  /** The ended runs of its accounts. */
  runs: readonly Pick<RunRecord, 'status' | 'slots'>[]
}

export function viewSubject({ tally, runs, ...subject }: CountedSubject): ComparedSubject {
  const { requests, succeeded, failed, inputTokens, outputTokens, unpriced } = tally
  return {
    ...subject,
    requests,
    succeeded,
    failed,
    answeredShare: share(succeeded, failed),
    inputTokens,
    outputTokens,
    costUsd: roundedUsd(tally.costUsd),
    unpriced,
    latencyMs: readPercentiles(tally.latency),
    firstByteMs: readPercentiles(tally.firstByte),
    jobs: countRuns(runs),
  }
}

function countRuns(runs: CountedSubject['runs']): ComparedSubject['jobs'] {
  const sum = (wanted: RunRecord['status']) =>
    runs.filter(({ status }) => status === wanted).reduce((total, { slots }) => total + slots, 0)
  const [done, failed, lost] = [sum('done'), sum('failed'), sum('lost')]
  return { done, failed, lost, skipped: sum('skipped'), successShare: share(done, failed + lost) }
}

function share(yes: number, no: number): number | null {
  return yes + no === 0 ? null : yes / (yes + no)
}

/** The differences of two subjects, each with its test. */
export function listDifferences(a: CountedSubject, b: CountedSubject): MeasureDifference[] {
  const [one, other] = [viewSubject(a), viewSubject(b)]
  const answered = ({ succeeded, failed }: ComparedSubject) => ({ yes: succeeded, no: failed })
  const successes = ({ jobs }: ComparedSubject) => ({ yes: jobs.done, no: jobs.failed + jobs.lost })
  const shares = (measure: 'answered' | 'job-success', countsOf: typeof answered) => {
    const [counts, others] = [countsOf(one), countsOf(other)]
    const values = { a: share(counts.yes, counts.no), b: share(others.yes, others.no) }
    const isKnown = values.a !== null && values.b !== null
    return describeDifference(measure, values, 'fisher-exact', isKnown ? testShares(counts, others) : null)
  }
  const durations = (measure: 'latency' | 'first-byte') => {
    const [field, name] =
      measure === 'latency' ? (['latencyMs', 'latency'] as const) : (['firstByteMs', 'firstByte'] as const)
    const values = { a: one[field]?.p50 ?? null, b: other[field]?.p50 ?? null }
    return describeDifference(measure, values, 'mann-whitney', testDurations(a.tally[name], b.tally[name]))
  }
  return [
    shares('answered', answered),
    shares('job-success', successes),
    durations('latency'),
    durations('first-byte'),
  ]
}

function describeDifference(
  measure: MeasureDifference['measure'],
  { a, b }: Pick<MeasureDifference, 'a' | 'b'>,
  test: MeasureDifference['test'],
  pValue: number | null,
): MeasureDifference {
  const difference = a === null || b === null ? null : a - b
  return {
    measure,
    a,
    b,
    difference,
    test,
    pValue,
    isSignificant: pValue !== null && pValue < SIGNIFICANT_BELOW,
  }
}
