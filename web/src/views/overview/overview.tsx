import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { AccountView } from '../../api/types.ts'
import { count, plural } from '../../format/numbers.ts'
import { useAccountActions } from '../../hooks/use-account-actions.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { useIsNarrow } from '../../hooks/use-media.ts'
import { AccountDialog } from '../../parts/dialog/account-dialogs.tsx'
import type { Asked } from '../../parts/dialog/account-dialogs.tsx'
import { Icon } from '../../parts/icon.tsx'
import { EmptyState, WhenLoaded } from '../../parts/status/states.tsx'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { formatHash } from '../../router.ts'
import { listChoices, filtered, noFilter, sorted } from '../../select/filter.ts'
import { sumTotals } from '../../select/totals.ts'
import { AccountCards } from './account-cards.tsx'
import { AccountList } from './account-list.tsx'
import { AccountTable } from './account-table.tsx'
import { FilterBar } from './filter-bar.tsx'
import type { Look } from './filter-bar.tsx'
import { OverviewTiles } from './overview-tiles.tsx'
import { keepListing, keptListing } from './listing.ts'
import type { Listing } from './listing.ts'

/** Up to this many accounts are shown as cards. */
const MOST_CARDS = 9

export function Overview(): JSX.Element {
  const page = usePage()
  const accounts = useSelect(({ accounts }) => accounts)
  return (
    <>
      <ViewHead title="Accounts">
        <a class="button button-primary" href={formatHash({ view: 'add' })}>
          <Icon name="plus" /> Add account
        </a>
      </ViewHead>
      <WhenLoaded loaded={accounts} what="accounts" onRetry={() => void page.load('accounts')}>
        {(value) => (value.length === 0 ? <NoAccounts /> : <Listed accounts={value} />)}
      </WhenLoaded>
    </>
  )
}

function NoAccounts(): JSX.Element {
  return (
    <EmptyState title="No accounts yet">
      <p>
        An account is a key, or a login, at a provider. Requests to this proxy are spread over all of them.
      </p>
      <p>
        <a class="button button-primary" href={formatHash({ view: 'add' })}>
          <Icon name="plus" /> Add the first account
        </a>
      </p>
      <p class="quiet">
        In a terminal: <code>qwenctl auth add</code>. To bring what other tools have:{' '}
        <code>qwenctl accounts migrate</code>.
      </p>
    </EmptyState>
  )
}

function Listed({ accounts }: { accounts: AccountView[] }): JSX.Element {
  const [listing, setListing] = useState(keptListing)
  const [asked, ask] = useState<Asked | null>(null)
  const actions = useAccountActions(ask)
  const isNarrow = useIsNarrow()
  const { filter, sort, chosen } = listing
  const change = (part: Partial<Listing>) => {
    // Rows do not render for every change, so they may hold an older version of this function.
    const next = { ...keptListing(), ...part }
    keepListing(next)
    setListing(next)
  }
  const left = useMemo(() => filtered(accounts, filter), [accounts, filter])
  const shown = useMemo(() => sorted(left, sort), [left, sort])
  const choices = useMemo(() => listChoices(accounts), [accounts])
  const totals = useMemo(() => sumTotals(left), [left])
  const look: Look = listing.look ?? (accounts.length <= MOST_CARDS ? 'cards' : 'table')
  const rows = {
    accounts: shown,
    actions,
    chosen,
    onChoose: (id: string) => change({ chosen: toggled(keptListing().chosen, id) }),
  }
  const List = look === 'cards' ? AccountCards : isNarrow ? AccountList : null
  return (
    <>
      <OverviewTiles totals={totals} of={accounts.length} />
      <FilterBar
        {...{ filter, choices, look, sort }}
        onFilter={(part) => change({ filter: { ...filter, ...part } })}
        onLook={(look) => change({ look })}
        onSort={(sort) => change({ sort })}
      />
      <p class="visually-hidden" role="status">
        {count(shown.length)} of {plural(accounts.length, 'account')} shown
      </p>
      {shown.length === 0 ? (
        <EmptyState title="No account matches">
          <button type="button" class="button" onClick={() => change({ filter: noFilter })}>
            Clear the filter
          </button>
        </EmptyState>
      ) : List === null ? (
        <AccountTable {...rows} totals={totals} sort={sort} onSort={(sort) => change({ sort })} />
      ) : (
        <List {...rows} />
      )}
      <CompareBar chosen={chosen} onClear={() => change({ chosen: [] })} />
      <AccountDialog asked={asked} onClose={() => ask(null)} />
    </>
  )
}

/** At most four: the last ones selected. */
function toggled(chosen: string[], id: string): string[] {
  return chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].slice(-4)
}

function CompareBar({ chosen, onClear }: { chosen: string[]; onClear: () => void }): JSX.Element | null {
  if (chosen.length === 0) return null
  return (
    <aside class="compare-bar" aria-label="Chosen to compare">
      <span>{chosen.length === 1 ? '1 chosen; choose another to compare' : `${chosen.length} chosen`}</span>
      {chosen.length > 1 && (
        <a class="button button-primary" href={formatHash({ view: 'compare', ids: chosen })}>
          Compare
        </a>
      )}
      <button type="button" class="button" onClick={onClear}>
        Clear
      </button>
    </aside>
  )
}
