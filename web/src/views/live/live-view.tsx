import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { count } from '../../format/numbers.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { useIsNarrow } from '../../hooks/use-media.ts'
import { Icon } from '../../parts/icon.tsx'
import { SearchBox } from '../../parts/form/search-box.tsx'
import { SelectBox } from '../../parts/form/select-box.tsx'
import { EmptyState } from '../../parts/status/states.tsx'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { liveFiltered } from '../../select/live-filter.ts'
import type { LiveFilter, LiveKind } from '../../select/live-filter.ts'
import { MOST_LIVE } from '../../state/reduce.ts'
import { LiveList } from './live-list.tsx'
import { LiveTable } from './live-table.tsx'

const kinds: { value: LiveKind; label: string }[] = [
  { value: 'request', label: 'Requests' },
  { value: 'failed', label: 'Failed requests' },
  { value: 'rotation', label: 'Rotations' },
  { value: 'cooldown', label: 'Cooldowns' },
  { value: 'trouble', label: 'Troubles' },
]

/** Requests and rotations of all proxies over these accounts as they happen, above the last requests of the log. */
export function LiveView(): JSX.Element {
  const page = usePage()
  const live = useSelect(({ live }) => live)
  useEffect(() => void page.loadPast(), [page])
  const [filter, setFilter] = useState<LiveFilter>({ search: '', kind: '' })
  const isNarrow = useIsNarrow()
  const { entries } = live
  const shown = useMemo(() => liveFiltered(entries, filter), [entries, filter])
  return (
    <>
      <ViewHead title="Live">
        <LiveButtons />
      </ViewHead>
      <form
        class="filter-bar"
        role="search"
        aria-label="Filter what happens"
        onSubmit={(event) => event.preventDefault()}
      >
        <SearchBox
          label="Search"
          placeholder="Account, model, key, outcome"
          value={filter.search}
          onSearch={(search) => setFilter({ ...filter, search })}
        />
        <SelectBox
          label="Kind"
          all="Everything"
          value={filter.kind}
          options={kinds}
          onChange={(kind) => setFilter({ ...filter, kind: kind as LiveKind })}
        />
        <span class="spacer" />
        <span class="quiet">
          {count(shown.length)} of the last {count(entries.length)}
          {entries.length === MOST_LIVE && '; older ones are in qwenctl proxy logs'}
        </span>
      </form>
      {shown.length > 0 ? (
        isNarrow ? (
          <LiveList entries={shown} />
        ) : (
          <LiveTable entries={shown} />
        )
      ) : entries.length === 0 ? (
        <EmptyState title="Nothing has happened yet">
          <p>
            Requests through the proxy show up here the moment they are over, with every account that was
            tried.
          </p>
        </EmptyState>
      ) : (
        <EmptyState title="Nothing matches" />
      )}
    </>
  )
}

function LiveButtons(): JSX.Element {
  const { store } = usePage()
  const { isPaused, held } = useSelect(({ live }) => live)
  return (
    <>
      <button
        type="button"
        class="button"
        aria-pressed={isPaused}
        onClick={() => store.dispatch({ type: 'pause', isPaused: !isPaused })}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
        {isPaused ? `Resume${held.length === 0 ? '' : ` (${count(held.length)} new)`}` : 'Pause'}
      </button>
      <button type="button" class="button" onClick={() => store.dispatch({ type: 'clear-live' })}>
        Clear
      </button>
    </>
  )
}
