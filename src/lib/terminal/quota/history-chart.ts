import { formatTime } from '../../base/iso-time.ts'
import { cutToWidth, printable } from '../format/text-width.ts'
import type { Bar, BarLook } from '../format/bar-chart.ts'
import { renderBars, renderLegend } from '../format/bar-chart.ts'
import type { HistoryDocument, HistoryRow } from '../../toolkit/history/history-views.ts'
import type { HistoryMetric } from './history-metrics.ts'
import { readAmount, formatMetric, formatValue } from './history-metrics.ts'

/** More series are hard to tell apart: the least used are combined. */
const MOST_SERIES = 4
const NAME_CELLS = 24
const HOUR_MS = 3_600_000

/** The history as bars, oldest first: stacked by key, or for what cannot be added up, one bar for each key. */
export function historyChart(document: HistoryDocument, metric: HistoryMetric, look: BarLook): string[] {
  const title = `${formatMetric(metric)} per ${document.per} (UTC)`
  if (metric === 'latency') {
    const bars = document.rows.map((row) => latencyBar(row, document))
    return [title, ...renderLegend(['median', '95th percentile'], look), '', ...renderBars(bars, look)]
  }
  const series = buildSeries(document, metric)
  const bars = listBuckets(document).map((at) => stackedBar(at, document, { metric, series }))
  const legend = document.by === 'all' ? [] : renderLegend(series.names, look)
  return [title, ...legend, '', ...renderBars(bars, look)]
}

interface Series {
  /** The keys with a series of their own. */
  keys: string[]
  names: string[]
}

/** A series for each of the busiest keys, and one for all others together. */
function buildSeries({ rows }: HistoryDocument, metric: HistoryMetric): Series {
  const totals = new Map<string, { label: string; amount: number }>()
  for (const row of rows) {
    const { amount } = totals.get(row.key) ?? { amount: 0 }
    totals.set(row.key, { label: row.label, amount: amount + (readAmount(row, metric) ?? 0) })
  }
  const sorted = [...totals].sort(([, one], [, other]) => other.amount - one.amount)
  const own = sorted.slice(0, sorted.length > MOST_SERIES + 1 ? MOST_SERIES : MOST_SERIES + 1)
  const names = own.map(([, { label }]) => shownLabel(label))
  const others = sorted.length - own.length
  return { keys: own.map(([key]) => key), names: others > 0 ? [...names, `${others} others`] : names }
}

function stackedBar(
  at: number,
  { rows, per }: HistoryDocument,
  { metric, series }: { metric: HistoryMetric; series: Series },
): Bar {
  const here = rows.filter((row) => Date.parse(row.at) === at)
  const parts = series.names.map(() => 0)
  for (const row of here) {
    const own = series.keys.indexOf(row.key)
    const index = own < 0 ? parts.length - 1 : own
    parts[index] = (parts[index] ?? 0) + (readAmount(row, metric) ?? 0)
  }
  return { label: bucketName(at, per), parts, value: formatValue(here, metric) }
}

function latencyBar(row: HistoryRow, { per, by }: HistoryDocument): Bar {
  const { p50 = 0, p95 = 0 } = row.latencyMs ?? {}
  const name = bucketName(Date.parse(row.at), per)
  return {
    label: by === 'all' ? name : `${name}  ${shownLabel(row.label)}`,
    parts: [p50, p95 - p50],
    value: formatValue([row], 'latency'),
  }
}

/** Every bucket from the first with data to the end of the history, so that gaps show. */
function listBuckets({ rows, per, to }: HistoryDocument): number[] {
  const width = per === 'hour' ? HOUR_MS : 24 * HOUR_MS
  const first = Date.parse(rows[0]?.at ?? to)
  const count = Math.floor((Date.parse(to) - first) / width) + 1
  return Array.from({ length: count }, (_, index) => first + index * width)
}

/** `Wed 2026-11-25`, `2026-11-25 14:00` */
function bucketName(at: number, per: HistoryDocument['per']): string {
  const text = formatTime(at)
  if (per === 'hour') return text.slice(0, 16).replace('T', ' ')
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(at).getUTCDay()]
  return `${weekday} ${text.slice(0, 10)}`
}

function shownLabel(label: string): string {
  return cutToWidth(printable(label), NAME_CELLS)
}
