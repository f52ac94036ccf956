import type { ComponentChildren, JSX } from 'preact'
import type { AccountStats, AccountView } from '../../api/types.ts'
import { compact, count, latency, percent, usd } from '../../format/numbers.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { AccountLink, GroupTags } from '../../parts/account-names.tsx'
import { Ago } from '../../parts/status/ago.tsx'
import { Gauge } from '../../parts/status/gauge.tsx'
import { StatusBadge } from '../../parts/status/status-badge.tsx'
import { StatusReason } from '../../parts/status/status-reason.tsx'

interface ComparedRow {
  label: string
  cell: (account: AccountView) => ComponentChildren
}

interface ComparedStats {
  label: string
  cell: (totals: AccountStats['totals']) => ComponentChildren
}

const nowRows: ComparedRow[] = [
  {
    label: 'Status',
    cell: (account) => (
      <>
        <StatusBadge account={account} />
        <StatusReason account={account} />
      </>
    ),
  },
  {
    label: 'Limits',
    cell: ({ limits }) =>
      limits.length === 0 ? (
        <span class="quiet">none known</span>
      ) : (
        limits.map((limit) => (
          <Gauge key={`${limit.metric}/${limit.window}/${limit.model ?? ''}`} limit={limit} />
        ))
      ),
  },
  { label: 'Requests today', cell: ({ today }) => count(today.requests) },
  {
    label: 'Tokens today',
    cell: ({ today }) => `${compact(today.inputTokens)} in, ${compact(today.outputTokens)} out`,
  },
  { label: 'Cost today', cell: ({ today }) => usd(today.costUsd) },
  { label: 'Last used', cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} /> },
]

const statsRows: ComparedStats[] = [
  { label: 'Requests, 24 h', cell: ({ requests }) => count(requests) },
  { label: 'Answered, 24 h', cell: ({ succeeded, failed }) => percent(succeeded, succeeded + failed) },
  {
    label: 'Latency, 24 h',
    cell: ({ latencyMs }) =>
      latencyMs === null ? '–' : `${latency(latencyMs.p50)} median, ${latency(latencyMs.p95)} at 95 %`,
  },
  { label: 'First byte, 24 h', cell: ({ firstByteMs }) => latency(firstByteMs?.p50) },
]

const settingRows: ComparedRow[] = [
  { label: 'Priority, weight', cell: ({ priority, weight }) => `${priority}, ${weight}` },
  {
    label: 'Groups',
    cell: ({ groups }) =>
      groups.length === 0 ? <span class="quiet">none</span> : <GroupTags groups={groups} />,
  },
]

/** A column for each account. */
export function Comparison({ accounts }: { accounts: AccountView[] }): JSX.Element {
  const { api } = usePage()
  const ids = accounts.map(({ id }) => id)
  const stats = useLoaded(
    async () =>
      new Map(await Promise.all(ids.map(async (id) => [id, await api.stats(id, { hours: 24 })] as const))),
    [ids.join()],
  )
  const now = ({ label, cell }: ComparedRow) => (
    <Row key={label} label={label}>
      {accounts.map((account) => (
        <td key={account.id}>{cell(account)}</td>
      ))}
    </Row>
  )
  const lately = ({ label, cell }: ComparedStats) => (
    <Row key={label} label={label}>
      {ids.map((id) => {
        const own = stats.value?.get(id)
        return <td key={id}>{own === undefined ? (stats.error === null ? '…' : '–') : cell(own.totals)}</td>
      })}
    </Row>
  )
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label="Comparison">
      <table class="table compare-table">
        <thead>
          <tr>
            <td />
            {accounts.map((account) => (
              <th key={account.id} scope="col">
                <AccountLink account={account} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nowRows.map(now)}
          {statsRows.map(lately)}
          {settingRows.map(now)}
        </tbody>
      </table>
    </div>
  )
}

function Row({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <tr>
      <th scope="row">{label}</th>
      {children}
    </tr>
  )
}
