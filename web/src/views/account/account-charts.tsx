import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { AccountStats, AccountView, HistoryRow } from '../../api/types.ts'
import { pluralize } from '../../../../src/lib/base/text/count-noun.ts'
import { compact, count, latency, percent, usd } from '../../format/numbers.ts'
import { outcome } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { useSlow } from '../../hooks/use-slow.ts'
import { Chart } from '../../parts/chart/chart.tsx'
import { Segmented } from '../../parts/form/segmented.tsx'
import { WhenLoaded } from '../../parts/status/states.tsx'
import { DataTable, numberColumns } from '../../parts/table/data-table.tsx'
import { lastBuckets } from '../../select/buckets.ts'
import { errorSeries, latencySeries, requestSeries, tokenSeries } from '../../select/chart-series.ts'

type Range = '24h' | '7d' | '30d'

const ranges: { value: Range; label: string }[] = [
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
]
const asked = { '24h': { hours: 24 }, '7d': { days: 7 }, '30d': { days: 30 } } as const

/** The account's usage by hour or day. Reloads with new usage, at a limited rate. */
export function AccountCharts({ account }: { account: AccountView }): JSX.Element {
  const { api } = usePage()
  const [range, setRange] = useState<Range>('24h')
  const requests = useSlow(account.today.requests, 5_000)
  const stats = useLoaded(() => api.stats(account.id, asked[range]), [account.id, range, requests])
  return (
    <section class="card" aria-labelledby="use-title">
      <div class="card-head">
        <h2 id="use-title">Use</h2>
        <Segmented label="Time shown" value={range} choices={ranges} onChange={setRange} />
      </div>
      <WhenLoaded loaded={stats} what="the charts" onRetry={stats.again}>
        {(value) => <Charts stats={value} range={range} />}
      </WhenLoaded>
    </section>
  )
}

function Charts({ stats, range }: { stats: AccountStats; range: Range }): JSX.Element {
  const { rows, per, totals, models } = stats
  // While another range loads, the current data keeps its buckets.
  const length = per === 'hour' ? 24 : range === '30d' ? 30 : 7
  const { store } = usePage()
  const now = Date.now() + store.state.clockOffsetMs
  const hour = Math.floor(now / 3_600_000)
  const at = useMemo(() => lastBuckets(now, length, per), [hour, length, per])
  const drawn = useMemo(
    () => ({
      requests: requestSeries(at, rows),
      tokens: tokenSeries(at, rows),
      latency: latencySeries(at, rows),
      errors: errorSeries(at, rows, outcome),
    }),
    [at, rows],
  )
  return (
    <>
      <TotalsLine totals={totals} />
      <div class="chart-grid">
        <Chart title="Requests" kind="bars" series={drawn.requests} format={compact} {...{ at, per }} />
        <Chart title="Tokens" kind="bars" series={drawn.tokens} format={compact} {...{ at, per }} />
        <Chart title="Latency" kind="lines" series={drawn.latency} format={latency} {...{ at, per }} />
        <Chart title="Errors" kind="bars" series={drawn.errors} format={compact} {...{ at, per }} />
      </div>
      {models.length > 0 && <Models models={models} />}
    </>
  )
}

function TotalsLine({ totals }: { totals: HistoryRow }): JSX.Element {
  const { requests, succeeded, failed, latencyMs, firstByteMs, costUsd } = totals
  return (
    <p class="totals-line">
      <span>
        <strong>{count(requests)}</strong> {pluralize(requests, 'request')}
      </span>
      <span>
        <strong>{percent(succeeded, succeeded + failed)}</strong> answered
      </span>
      <span>
        <strong>{latency(latencyMs?.p50)}</strong> median
      </span>
      <span>
        <strong>{latency(firstByteMs?.p50)}</strong> to the first byte
      </span>
      <span>
        <strong>{usd(costUsd)}</strong> cost
      </span>
    </p>
  )
}

const modelColumns = ['Model', ...numberColumns('Requests', 'Failed', 'Tokens in', 'Tokens out', 'Cost')]

function Models({ models }: { models: HistoryRow[] }): JSX.Element {
  return (
    <DataTable label="By model" columns={modelColumns}>
      {models.map((row) => (
        <tr key={row.key}>
          <th scope="row">{row.label}</th>
          <td class="number">{count(row.requests)}</td>
          <td class="number">{count(row.failed)}</td>
          <td class="number">{compact(row.inputTokens)}</td>
          <td class="number">{compact(row.outputTokens)}</td>
          <td class="number">{usd(row.costUsd)}</td>
        </tr>
      ))}
    </DataTable>
  )
}
