import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { onThemeChange } from '../../theme.ts'
import { DataTable, numberColumns } from '../table/data-table.tsx'
import { hasValues } from './chart-frame.ts'
import type { ChartKind, ChartSeries } from './chart-frame.ts'
import { chartData, chartOptions } from './chart-options.ts'
import type { ChartLook } from './chart-options.ts'

export interface ChartProps {
  title: string
  kind: ChartKind
  /** Starts of the buckets, RFC 3339. */
  at: string[]
  per: 'hour' | 'day'
  series: ChartSeries[]
  format: (value: number | null) => string
  /** Whether the axis has only whole numbers (default). */
  isWhole?: boolean
}

/** A chart with the same numbers in a table below it, since a canvas is not accessible. */
export function Chart({ title, kind, at, per, series, format, isWhole = true }: ChartProps): JSX.Element {
  const id = useId()
  const [pointed, setPointed] = useState<number | null>(null)
  const isEmpty = !hasValues(series)
  const index = pointed !== null && pointed < at.length ? pointed : null
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption class="chart-head">
        <h3 id={id}>{title}</h3>
        {!isEmpty && (
          <ul class="chart-legend">
            {series.map(({ label, tone, values }) => (
              <li key={label}>
                <span class={`chart-mark tone-${tone}`} aria-hidden="true" />
                {label}
                {index !== null && <strong> {format(values[index] ?? null)}</strong>}
              </li>
            ))}
          </ul>
        )}
        <span class="chart-at quiet">{index === null ? '' : formatBucket(at[index] ?? '', per)}</span>
      </figcaption>
      {isEmpty ? (
        <p class="chart-empty quiet">No data for this period.</p>
      ) : (
        <Canvas {...{ kind, at, per, series, format, isWhole }} onPoint={setPointed} />
      )}
      {!isEmpty && (
        <details class="chart-table">
          <summary>{title} as a table</summary>
          <ChartTable {...{ title, at, per, series, format }} />
        </details>
      )}
    </figure>
  )
}

function Canvas({ onPoint, ...look }: Omit<ChartLook, 'element'>): JSX.Element {
  const { kind, at, per, series } = look
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [theme, setTheme] = useState(0)
  const names = series.map(({ label, tone }) => `${label}:${tone}`).join()
  useEffect(() => onThemeChange(() => setTheme((before) => before + 1)), [])
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const options = chartOptions({ ...look, element, onPoint })
    const drawn = new uPlot(options, chartData(look), element)
    plot.current = drawn
    const sizes = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height: options.height }),
    )
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      drawn.destroy()
      plot.current = null
    }
  }, [kind, per, names, theme])
  useEffect(() => plot.current?.setData(chartData(look)), [kind, at, per, series])
  return <div class="chart-canvas" ref={frame} aria-hidden="true" />
}

/** Newest first: recent values matter most. */
function ChartTable({ title, at, per, series, format }: Omit<ChartProps, 'kind'>): JSX.Element {
  const rows = at
    .map((time, index) => ({ time, values: series.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0))
    .reverse()
  return (
    <DataTable
      label={title}
      columns={[per === 'hour' ? 'Hour' : 'Day', ...numberColumns(...series.map(({ label }) => label))]}
    >
      {rows.map(({ time, values }) => (
        <tr key={time}>
          <th scope="row">{formatBucket(time, per)}</th>
          {values.map((value, index) => (
            <td key={series[index]?.label} class="number">
              {format(value)}
            </td>
          ))}
        </tr>
      ))}
    </DataTable>
  )
}

/** `Mon 14:00`; days are in UTC, as in the ledger. */
export function formatBucket(time: string, per: 'hour' | 'day'): string {
  const at = new Date(time)
  return per === 'hour'
    ? at.toLocaleString('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' })
    : at.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
}
