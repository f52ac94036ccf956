import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { HistoryDocument, HistoryRow } from '../../api/types.ts'
import { formatEstimated } from '../../format/estimated.ts'
import { compact, count, latency, percent, usd } from '../../format/numbers.ts'
import { Chart } from '../../parts/chart/chart.tsx'
import { EmptyState } from '../../parts/status/states.tsx'
import { Tile, Tiles } from '../../parts/status/tiles.tsx'
import { DataTable, numberColumns } from '../../parts/table/data-table.tsx'
import { bucketsBetween } from '../../select/buckets.ts'
import { keySeries } from '../../select/chart-series.ts'
import { sumsByKey } from '../../select/sums.ts'

const headings: Record<HistoryDocument['by'], string> = {
  account: 'Account',
  provider: 'Provider',
  model: 'Model',
  key: 'Client key',
  job: 'Job',
  group: 'Group',
  user: 'User',
  all: 'All',
}

export function HistoryCharts({ document }: { document: HistoryDocument }): JSX.Element {
  const { rows, totals, per, from, to } = document
  const at = useMemo(() => bucketsBetween(from, to, per), [from, to, per])
  const drawn = useMemo(
    () => ({
      requests: keySeries(at, rows, ({ requests }) => requests),
      tokens: keySeries(at, rows, ({ inputTokens, outputTokens }) => inputTokens + outputTokens),
      cost: keySeries(at, rows, ({ costUsd }) => costUsd),
    }),
    [at, rows],
  )
  if (rows.length === 0) {
    return (
      <EmptyState title="Nothing was used in this time">
        <p>Requests through the proxy appear here, by hour and by day.</p>
      </EmptyState>
    )
  }
  return (
    <>
      <HistoryTiles totals={totals} />
      <div class="chart-grid history-grid">
        <div class="card chart-card chart-card-wide">
          <Chart title="Requests" kind="bars" series={drawn.requests} format={compact} {...{ at, per }} />
        </div>
        <div class="card chart-card">
          <Chart title="Tokens" kind="bars" series={drawn.tokens} format={compact} {...{ at, per }} />
        </div>
        <div class="card chart-card">
          <Chart title="Cost" kind="bars" series={drawn.cost} format={usd} isWhole={false} {...{ at, per }} />
        </div>
      </div>
      <SumsTable document={document} />
    </>
  )
}

function HistoryTiles({ totals }: { totals: HistoryRow }): JSX.Element {
  const { requests, succeeded, failed, inputTokens, outputTokens, latencyMs } = totals
  return (
    <Tiles label="Totals of the time shown">
      <Tile label="Requests" value={compact(requests)} sub={`${count(failed)} failed`} />
      <Tile label="Answered" value={percent(succeeded, succeeded + failed)} sub="of all requests" />
      <Tile
        label="Tokens"
        value={compact(inputTokens + outputTokens)}
        sub={`${compact(inputTokens)} in · ${compact(outputTokens)} out${formatEstimated(totals)}`}
      />
      <Tile label="Cost" value={usd(totals.costUsd)} sub={formatCost(totals)} />
      <Tile
        label="Median latency"
        value={latency(latencyMs?.p50)}
        sub={`${latency(latencyMs?.p95)} at 95 %`}
      />
    </Tiles>
  )
}

function formatCost({ costUsd, estimatedUsd, unpriced }: HistoryRow): string {
  if (costUsd === null) return 'not known'
  if (unpriced > 0) return `${count(unpriced)} without a known price`
  return estimatedUsd === null ? 'as the providers say' : `${usd(estimatedUsd)} of it by list prices`
}

const sumColumns = numberColumns('Requests', 'Failed', 'Tokens in', 'Tokens out', 'Cost')

/** The first entries of a long list, until the user shows all. */
const MOST_SUMS = 50

function SumsTable({ document: { rows, by, totals } }: { document: HistoryDocument }): JSX.Element {
  const sums = useMemo(() => sumsByKey(rows), [rows])
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? sums : sums.slice(0, MOST_SUMS)
  return (
    <>
      <DataTable
        label={`Sums by ${headings[by].toLowerCase()}`}
        columns={[headings[by], ...sumColumns]}
        foot={<SumRow {...totals} label="All" />}
      >
        {shown.map((sum) => (
          <SumRow {...sum} key={sum.key} />
        ))}
      </DataTable>
      {shown.length < sums.length && (
        <button type="button" class="button more-rows" onClick={() => setWhole(true)}>
          Show all {count(sums.length)}
        </button>
      )}
    </>
  )
}

type Sum = Pick<HistoryRow, 'label' | 'requests' | 'failed' | 'inputTokens' | 'outputTokens' | 'costUsd'>

function SumRow({ label, requests, failed, inputTokens, outputTokens, costUsd }: Sum): JSX.Element {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class="number">{count(requests)}</td>
      <td class={`number ${failed > 0 ? 'text-bad' : 'quiet'}`}>{count(failed)}</td>
      <td class="number">{compact(inputTokens)}</td>
      <td class="number">{compact(outputTokens)}</td>
      <td class="number">{usd(costUsd)}</td>
    </tr>
  )
}
