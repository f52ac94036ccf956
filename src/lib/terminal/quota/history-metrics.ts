import type { HistoryRow } from '../../toolkit/history/history-views.ts'
import { shortNumber } from './quota-table.ts'

export const historyMetrics = ['requests', 'tokens', 'cost', 'latency', 'errors'] as const
export type HistoryMetric = (typeof historyMetrics)[number]

/** The value of an additive metric in a row; null: unknown. */
export function readAmount(row: HistoryRow, metric: HistoryMetric): number | null {
  switch (metric) {
    case 'requests':
      return row.requests
    case 'tokens':
      return row.inputTokens + row.outputTokens
    case 'errors':
      return row.failed
    case 'cost':
      return row.costUsd
    case 'latency':
      return row.latencyMs?.p95 ?? null
  }
}

export function formatMetric(metric: HistoryMetric): string {
  return metric === 'cost' ? 'cost in US dollars' : metric
}

/** The rows of one bucket together. What is not known is `?`, and never 0; where a part of it is not, `+ ?` follows. */
export function formatValue(rows: readonly HistoryRow[], metric: HistoryMetric): string {
  if (metric === 'latency') return formatLatency(rows[0]?.latencyMs ?? null)
  if (metric === 'cost') return formatCost(rows)
  return shortNumber(rows.reduce((sum, row) => sum + (readAmount(row, metric) ?? 0), 0))
}

function formatLatency(latency: HistoryRow['latencyMs']): string {
  return latency === null ? '-' : `${formatMilliseconds(latency.p50)} / ${formatMilliseconds(latency.p95)}`
}

export function formatCost(rows: readonly HistoryRow[]): string {
  const known = rows.map(({ costUsd }) => costUsd).filter((cost) => cost !== null)
  const isPartly = rows.some(({ unpriced }) => unpriced > 0)
  if (known.length === 0) return isPartly ? '?' : '-'
  const sum = known.reduce((total, cost) => total + cost, 0)
  return `${formatDollars(sum)}${isPartly ? ' + ?' : ''}`
}

/** Cents, and below a dollar as much as says something. */
export function formatDollars(usd: number): string {
  return usd === 0 || usd >= 1 ? `$${usd.toFixed(2)}` : `$${Number(usd.toPrecision(2))}`
}

/** `850 ms`, `1.2 s`, `95 s` */
export function formatMilliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}
