import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { AccountView } from '../../api/types.ts'
import { amount, compact, count, plural } from '../../format/numbers.ts'
import { accountName, limitShort } from '../../format/words.ts'
import { useRowWindow } from '../../hooks/use-row-window.ts'
import { AccountLink, GroupTags } from '../../parts/account-names.tsx'
import { Ago } from '../../parts/status/ago.tsx'
import { ChooseBox } from '../../parts/form/choose-box.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import { GaugeBar } from '../../parts/status/gauge.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Menu } from '../../parts/shell/menu.tsx'
import { StatusBadge } from '../../parts/status/status-badge.tsx'
import type { Sort, SortKey } from '../../select/filter.ts'
import { tightest } from '../../select/limits.ts'
import type { Totals } from '../../select/totals.ts'
import type { AccountRows } from './account-rows.ts'
import { nextSort } from './filter-bar.tsx'
import { memo } from '../../parts/memo.ts'

/** `--row-height` in the stylesheet. */
const ROW_HEIGHT = 40

const columns: { key: SortKey; label: string; isNumber?: boolean; className?: string }[] = [
  { key: 'name', label: 'Account' },
  { key: 'status', label: 'Status' },
  { key: 'used', label: 'Tightest limit', className: 'col-limit' },
  { key: 'left', label: 'Left', isNumber: true },
  { key: 'requests', label: 'Today', isNumber: true },
  { key: 'failed', label: 'Failed', isNumber: true, className: 'col-wide' },
  { key: 'tokens', label: 'Tokens', isNumber: true, className: 'col-wide' },
  { key: 'lastUsed', label: 'Used', isNumber: true, className: 'col-wide' },
]

export interface AccountTableProps extends AccountRows {
  totals: Totals
  sort: Sort
  onSort: (sort: Sort) => void
}

/** A row for each account; long lists render only visible rows. */
export function AccountTable({
  accounts,
  chosen,
  totals,
  sort,
  onSort,
  ...rows
}: AccountTableProps): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null)
  const { start, end } = useRowWindow(body, accounts.length, ROW_HEIGHT)
  return (
    <table class="table account-table" aria-label="Accounts" aria-rowcount={accounts.length + 2}>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col" class="col-choose">
            <span class="visually-hidden">Choose</span>
          </th>
          {columns.map((column) => (
            <SortHeader key={column.key} {...{ column, sort, onSort }} />
          ))}
          <th scope="col" class="col-menu">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Gap rows={start} />
        {accounts.slice(start, end).map((account, index) => (
          <AccountRow
            key={account.id}
            account={account}
            row={start + index + 2}
            isChosen={chosen.includes(account.id)}
            {...rows}
          />
        ))}
        <Gap rows={accounts.length - end} />
      </tbody>
      <TotalsRow totals={totals} row={accounts.length + 2} />
    </table>
  )
}

function SortHeader({
  column: { key, label, isNumber = false, className = '' },
  sort,
  onSort,
}: {
  column: (typeof columns)[number]
  sort: Sort
  onSort: (sort: Sort) => void
}): JSX.Element {
  const isSorted = sort.key === key
  return (
    <th
      scope="col"
      class={`${isNumber ? 'number' : ''} ${className}`}
      {...(isSorted ? { 'aria-sort': sort.isDescending ? 'descending' : 'ascending' } : {})}
    >
      <button type="button" class="sort-button" onClick={() => onSort(nextSort(sort, key))}>
        {label}
        {isSorted && <Icon name={sort.isDescending ? 'down' : 'up'} />}
      </button>
    </th>
  )
}

/**
 * A spacer for rows that are not rendered. A single cell is enough, since the number of columns depends on the
 * screen.
 */
function Gap({ rows }: { rows: number }): JSX.Element | null {
  if (rows <= 0) return null
  return (
    <tr aria-hidden="true" class="gap">
      <td style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  )
}

type RowProps = Omit<AccountRows, 'accounts' | 'chosen'> & {
  account: AccountView
  row: number
  isChosen: boolean
}

const AccountRow = memo(
  function AccountRow({ account, row, isChosen, actions, onChoose }: RowProps): JSX.Element {
    const { today, statusReason, availableAt, restingModels } = account
    const name = accountName(account)
    return (
      <tr aria-rowindex={row} class={account.enabled ? '' : 'is-off'}>
        <td class="col-choose">
          <ChooseBox name={name} isChosen={isChosen} onChoose={() => onChoose(account.id)} />
        </td>
        <th scope="row">
          <div class="cell-line">
            <AccountLink account={account} />
            <GroupTags groups={account.groups.slice(0, 2)} />
          </div>
        </th>
        <td>
          <div class="cell-line" title={statusReason ?? (restingModels.join(', ') || undefined)}>
            <StatusBadge account={account} />
            {availableAt !== null && (
              <span class="quiet">
                <Countdown at={availableAt} bare />
              </span>
            )}
          </div>
        </td>
        <LimitCells account={account} />
        <td class="number">{compact(today.requests)}</td>
        <td class={`number col-wide ${today.failed > 0 ? 'text-bad' : 'quiet'}`}>{compact(today.failed)}</td>
        <td class="number col-wide">{compact(today.inputTokens + today.outputTokens)}</td>
        <td class="number col-wide quiet">
          <Ago at={account.lastUsedAt} />
        </td>
        <td class="col-menu">
          <Menu label={`Actions for ${name}`} items={actions.items(account)} />
        </td>
      </tr>
    )
  },
  ['account', 'row', 'isChosen'],
)

function LimitCells({ account }: { account: AccountView }): JSX.Element {
  const limit = tightest(account)
  if (limit === null) {
    return (
      <>
        <td class="col-limit quiet">no limit known</td>
        <td class="number quiet">–</td>
      </>
    )
  }
  const others = account.limits.length - 1
  return (
    <>
      <td class="col-limit">
        <div class="cell-limit">
          <GaugeBar limit={limit} />
          <span class="quiet">
            {limitShort(limit)}
            {others > 0 && ` +${others}`}
          </span>
        </div>
      </td>
      <td class="number" title={`${count(limit.remaining)} of ${count(limit.max)}`}>
        {amount(limit.metric, limit.remaining)}
      </td>
    </>
  )
}

function TotalsRow({ totals, row }: { totals: Totals; row: number }): JSX.Element {
  return (
    <tfoot>
      <tr aria-rowindex={row}>
        <td class="col-choose" />
        <th scope="row">{plural(totals.accounts, 'account')}</th>
        <td>{count(totals.ready)} ready</td>
        <td class="col-limit quiet">requests left</td>
        <td
          class="number"
          title={`${count(totals.remaining)}, and ${count(totals.remainingMinute)} this minute`}
        >
          {compact(totals.remaining)}
        </td>
        <td class="number">{compact(totals.requests)}</td>
        <td class="number col-wide">{compact(totals.failed)}</td>
        <td class="number col-wide">{compact(totals.inputTokens + totals.outputTokens)}</td>
        <td class="col-wide" />
        <td class="col-menu" />
      </tr>
    </tfoot>
  )
}
