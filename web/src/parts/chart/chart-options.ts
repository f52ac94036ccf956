import uPlot from 'uplot'
import { stacked } from './chart-frame.ts'
import type { ChartKind, ChartSeries } from './chart-frame.ts'

const HEIGHT = 176

const LENGTHS = { hour: 3600, day: 86_400 } as const
/** The width of a time label. */
const LABEL_PX = 56

/**
 * The chart's data: the middles of the buckets, then the series. Stacked bars use sums, the highest first, so that
 * each covers the next.
 */
export function chartData({
  kind,
  at,
  per,
  series,
}: Pick<ChartLook, 'kind' | 'at' | 'per' | 'series'>): uPlot.AlignedData {
  const seconds = at.map((time) => Date.parse(time) / 1000 + LENGTHS[per] / 2)
  const values = kind === 'bars' ? stacked(series).reverse() : series.map(({ values }) => values)
  return [seconds, ...values]
}

export interface ChartLook {
  element: HTMLElement
  kind: ChartKind
  /** Starts of the buckets. */
  at: string[]
  per: 'hour' | 'day'
  /** The values are whole numbers. */
  isWhole: boolean
  series: ChartSeries[]
  format: (value: number | null) => string
  /** The bucket under the pointer. */
  onPoint: (index: number | null) => void
}

/** The current colours of the page. */
export function chartOptions({
  element,
  kind,
  per,
  isWhole,
  series,
  format,
  onPoint,
}: ChartLook): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--text-quiet'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const drawn = kind === 'bars' ? [...series].reverse() : series
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: kind === 'lines' } },
    scales: {
      // From the start of the first bucket to the end of the last.
      x: { time: true, range: (_, min, max) => [min - LENGTHS[per] / 2, max + LENGTHS[per] / 2] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        splits: (plot) => labelled(plot),
        values: (_, middles) => middles.map((middle) => timeLabel(middle - LENGTHS[per] / 2, per)),
      },
      {
        ...axis,
        size: (_, labels) => 12 + 7 * Math.max(2, ...(labels ?? []).map((label) => label.length)),
        space: 36,
        ...(isWhole ? { incrs: wholeSteps } : {}),
        values: (_, ticks) => ticks.map((tick) => (tick === 0 ? '0' : format(tick))),
      },
    ],
    series: [{}, ...drawn.map(({ label, tone }) => seriesLook(kind, label, colour(`--chart-${tone}`)))],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  }
}

/** 1, 2, 5, 10, 20, 50 and so on. */
const wholeSteps = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat()

/** The buckets with room for a label, counted from the newest. */
function labelled(plot: uPlot): number[] {
  const middles = plot.data[0] as number[]
  const stride = Math.max(1, Math.ceil((LABEL_PX * middles.length) / Math.max(1, plot.width - 48)))
  return middles.filter((_, index) => (middles.length - 1 - index) % stride === 0)
}

/** `14:00` in the reader's time zone; days are in UTC, as in the ledger. */
function timeLabel(start: number, per: 'hour' | 'day'): string {
  const at = new Date(start * 1000)
  return per === 'hour'
    ? at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    : at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
}

function seriesLook(kind: ChartKind, label: string, colour: string): uPlot.Series {
  if (kind === 'lines') return { label, stroke: colour, width: 2, spanGaps: false, points: { size: 5 } }
  const paths = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.1 })
  return { label, fill: colour, width: 0, points: { show: false }, ...(paths === undefined ? {} : { paths }) }
}
