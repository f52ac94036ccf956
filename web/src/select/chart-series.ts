import type { HistoryRow } from '../api/types.ts'
import type { ChartSeries } from '../parts/chart/chart-frame.ts'
import { valuesAt } from './buckets.ts'

/** Requests by outcome. */
export function requestSeries(at: string[], rows: HistoryRow[]): ChartSeries[] {
  return [
    { label: 'Answered', tone: 'main', values: valuesAt(at, rows, ({ succeeded }) => succeeded, 0) },
    { label: 'Failed', tone: 'bad', values: valuesAt(at, rows, ({ failed }) => failed, 0) },
  ]
}

export function tokenSeries(at: string[], rows: HistoryRow[]): ChartSeries[] {
  return [
    { label: 'Input', tone: 'main', values: valuesAt(at, rows, ({ inputTokens }) => inputTokens, 0) },
    { label: 'Output', tone: 'second', values: valuesAt(at, rows, ({ outputTokens }) => outputTokens, 0) },
  ]
}

/** A bucket without requests has no latency, which is not 0 ms. */
export function latencySeries(at: string[], rows: HistoryRow[]): ChartSeries[] {
  return [
    {
      label: 'Median',
      tone: 'main',
      values: valuesAt(at, rows, ({ latencyMs }) => latencyMs?.p50 ?? null, null),
    },
    {
      label: '95 %',
      tone: 'third',
      values: valuesAt(at, rows, ({ latencyMs }) => latencyMs?.p95 ?? null, null),
    },
  ]
}

/** Failures by class, the most frequent first; classes beyond five are combined. */
export function errorSeries(
  at: string[],
  rows: HistoryRow[],
  say: (outcome: string) => string,
): ChartSeries[] {
  const counts = new Map<string, number>()
  for (const { outcomes } of rows) {
    for (const [name, number] of Object.entries(outcomes)) {
      if (name !== 'ok') counts.set(name, (counts.get(name) ?? 0) + number)
    }
  }
  const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  const tones = ['bad', 'third', 'fourth', 'fifth', 'sixth'] as const
  const shown = names.slice(0, tones.length)
  const series: ChartSeries[] = shown.map((name, index) => ({
    label: say(name),
    tone: tones[index] ?? 'rest',
    values: valuesAt(at, rows, ({ outcomes }) => outcomes[name] ?? 0, 0),
  }))
  if (names.length <= shown.length) return series
  const others = (row: HistoryRow) =>
    names.slice(shown.length).reduce((sum, name) => sum + (row.outcomes[name] ?? 0), 0)
  return [...series, { label: 'others', tone: 'rest', values: valuesAt(at, rows, others, 0) }]
}

const keyTones = ['main', 'second', 'third', 'fourth', 'fifth', 'sixth'] as const

/** A series per key. The keys with the most requests keep their colour in every chart; the others are combined. */
export function keySeries(
  at: string[],
  rows: HistoryRow[],
  value: (row: HistoryRow) => number | null,
): ChartSeries[] {
  const totals = new Map<string, { label: string; total: number }>()
  for (const row of rows) {
    const known = totals.get(row.key)
    totals.set(row.key, { label: row.label, total: (known?.total ?? 0) + row.requests })
  }
  const keys = [...totals].sort((a, b) => b[1].total - a[1].total)
  const shown = keys.slice(0, keys.length === keyTones.length ? keyTones.length : keyTones.length - 1)
  const series: ChartSeries[] = shown.map(([key, { label }], index) => ({
    label,
    tone: keyTones[index] ?? 'rest',
    values: valuesAt(
      at,
      rows.filter((row) => row.key === key),
      value,
      0,
    ),
  }))
  const rest = new Set(keys.slice(shown.length).map(([key]) => key))
  if (rest.size === 0) return series
  const others = rows.filter(({ key }) => rest.has(key))
  return [...series, { label: `${rest.size} others`, tone: 'rest', values: valuesAt(at, others, value, 0) }]
}
