import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { HistoryKey, HistoryPer } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { useSlow } from '../../hooks/use-slow.ts'
import { Segmented } from '../../parts/form/segmented.tsx'
import { SelectBox } from '../../parts/form/select-box.tsx'
import { WhenLoaded } from '../../parts/status/states.tsx'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { ForecastList } from './forecast-list.tsx'
import { HistoryCharts } from './history-charts.tsx'

type Range = '24h' | '7d' | '30d' | '90d'

const ranges: { value: Range; label: string }[] = [
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
]
const asked: Record<Range, { per: HistoryPer; hours?: number; days?: number }> = {
  '24h': { per: 'hour', hours: 24 },
  '7d': { per: 'day', days: 7 },
  '30d': { per: 'day', days: 30 },
  '90d': { per: 'day', days: 90 },
}
const divisions: { value: HistoryKey; label: string }[] = [
  { value: 'account', label: 'By account' },
  { value: 'model', label: 'By model' },
  { value: 'provider', label: 'By provider' },
  { value: 'key', label: 'By client key' },
  { value: 'job', label: 'By job' },
  { value: 'group', label: 'By group' },
  { value: 'user', label: 'By user' },
]

/** Usage by hour or day, split by a dimension, and forecasts. */
export function History(): JSX.Element {
  const { api } = usePage()
  const accounts = useSelect(({ accounts }) => accounts.value)
  const changes = useSelect(({ changes }) => changes)
  const [range, setRange] = useState<Range>('7d')
  const [by, setBy] = useState<HistoryKey>('account')
  const [account, setAccount] = useState('')
  const slow = useSlow(changes, 10_000)
  const history = useLoaded(
    () => api.history({ ...asked[range], by, ...(account === '' ? {} : { account }) }),
    [range, by, account, slow],
  )
  return (
    <>
      <ViewHead title="History" />
      <form class="filter-bar" aria-label="What is shown" onSubmit={(event) => event.preventDefault()}>
        <Segmented label="Time shown" value={range} choices={ranges} onChange={setRange} />
        <label class="select-box">
          <span class="visually-hidden">Divided</span>
          <select
            class="input"
            value={by}
            onChange={(event) => setBy(event.currentTarget.value as HistoryKey)}
          >
            {divisions.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <SelectBox
          label="Account"
          all="All accounts"
          value={account}
          options={(accounts ?? []).map((each) => ({ value: each.id, label: accountName(each) }))}
          onChange={setAccount}
        />
      </form>
      <ForecastList />
      <WhenLoaded loaded={history} what="the history" onRetry={history.again}>
        {(value) => <HistoryCharts document={value} />}
      </WhenLoaded>
    </>
  )
}
