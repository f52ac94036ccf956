// A comparison of accounts or groups, as a table, in sentences and as CSV.

import type { ComparedSubject, MeasureDifference } from '../../toolkit/history/comparison-views.ts'
import { printable } from '../../base/text/printable.ts'
import { renderCsv } from '../format/csv.ts'
import type { CsvColumn } from '../format/csv.ts'
import { shortNumber } from '../format/short-number.ts'
import type { Column } from '../format/table.ts'
import { formatDollars, formatMilliseconds } from './history-metrics.ts'

export const comparisonColumns: Column[] = [
  { header: 'SUBJECT' },
  ...[
    { header: 'REQUESTS', rank: 9 },
    { header: 'ANSWERED', rank: 10 },
    { header: 'FAILED', rank: 8 },
    { header: 'LATENCY', rank: 7 },
    { header: 'TOKENS', rank: 5 },
    { header: 'COST', rank: 6 },
    { header: 'RUNS', rank: 3 },
    { header: 'RUNS DONE', rank: 4 },
  ].map((column) => ({ ...column, align: 'right' as const })),
]

export function comparisonRow(subject: ComparedSubject): string[] {
  const { kind, label, accounts, requests, answeredShare, failed, latencyMs, costUsd, unpriced, jobs } =
    subject
  const name = kind === 'group' ? `group ${label} (${accounts})` : label
  const runs = jobs.done + jobs.failed + jobs.lost
  return [
    printable(name),
    shortNumber(requests),
    formatShare(answeredShare),
    shortNumber(failed),
    latencyMs === null ? '-' : `${formatMilliseconds(latencyMs.p50)} / ${formatMilliseconds(latencyMs.p95)}`,
    shortNumber(subject.inputTokens + subject.outputTokens),
    costUsd === null ? (unpriced > 0 ? '?' : '-') : `${formatDollars(costUsd)}${unpriced > 0 ? ' + ?' : ''}`,
    shortNumber(runs),
    formatShare(jobs.successShare),
  ]
}

function formatShare(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`
}

const measureWords: Record<MeasureDifference['measure'], string> = {
  answered: 'answered requests',
  'job-success': 'successful runs of jobs',
  latency: 'median latency',
  'first-byte': 'median first byte',
}
const testWords: Record<MeasureDifference['test'], string> = {
  'fisher-exact': "Fisher's exact test",
  'mann-whitney': 'Mann-Whitney test',
}

/** `answered requests: 98.0 % and 91.0 %. That is more than chance (p = 0.003, Fisher's exact test).` */
export function formatDifference({
  measure,
  a,
  b,
  test,
  pValue,
  isSignificant,
}: MeasureDifference): string | null {
  if (a === null || b === null) return null
  const format = test === 'fisher-exact' ? formatShare : formatMilliseconds
  const values = `${measureWords[measure]}: ${format(a)} and ${format(b)}`
  if (pValue === null) return `${values}. There are too few to tell whether that is chance.`
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`
  const verdict = isSignificant ? 'That is more than chance' : 'That may be chance'
  return `${values}. ${verdict} (${p}, ${testWords[test]}).`
}

const csvColumns: CsvColumn<ComparedSubject>[] = [
  { name: 'kind', cell: ({ kind }) => kind },
  { name: 'key', cell: ({ key }) => key },
  { name: 'label', cell: ({ label }) => label },
  { name: 'accounts', cell: ({ accounts }) => accounts },
  { name: 'requests', cell: ({ requests }) => requests },
  { name: 'succeeded', cell: ({ succeeded }) => succeeded },
  { name: 'failed', cell: ({ failed }) => failed },
  { name: 'answeredShare', cell: ({ answeredShare }) => answeredShare },
  { name: 'inputTokens', cell: ({ inputTokens }) => inputTokens },
  { name: 'outputTokens', cell: ({ outputTokens }) => outputTokens },
  { name: 'costUsd', cell: ({ costUsd }) => costUsd },
  { name: 'unpriced', cell: ({ unpriced }) => unpriced },
  { name: 'latencyP50Ms', cell: ({ latencyMs }) => latencyMs?.p50 ?? null },
  { name: 'latencyP95Ms', cell: ({ latencyMs }) => latencyMs?.p95 ?? null },
  { name: 'firstByteP50Ms', cell: ({ firstByteMs }) => firstByteMs?.p50 ?? null },
  { name: 'firstByteP95Ms', cell: ({ firstByteMs }) => firstByteMs?.p95 ?? null },
  { name: 'runsDone', cell: ({ jobs }) => jobs.done },
  { name: 'runsFailed', cell: ({ jobs }) => jobs.failed },
  { name: 'runsLost', cell: ({ jobs }) => jobs.lost },
  { name: 'runsSkipped', cell: ({ jobs }) => jobs.skipped },
  { name: 'runsDoneShare', cell: ({ jobs }) => jobs.successShare },
]

export function comparisonCsv(subjects: readonly ComparedSubject[]): string {
  return renderCsv(csvColumns, subjects)
}
