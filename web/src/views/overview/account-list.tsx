import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { AccountView } from '../../api/types.ts'
import { amount, compact } from '../../format/numbers.ts'
import { accountName, limitShort } from '../../format/words.ts'
import { useRowWindow } from '../../hooks/use-row-window.ts'
import { AccountLink } from '../../parts/account-names.tsx'
import { ChooseBox } from '../../parts/form/choose-box.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import { GaugeBar } from '../../parts/status/gauge.tsx'
import { Menu } from '../../parts/shell/menu.tsx'
import { StatusBadge } from '../../parts/status/status-badge.tsx'
import { tightest } from '../../select/limits.ts'
import type { AccountRows } from './account-rows.ts'
import { memo } from '../../parts/memo.ts'

/** The height of `.list-row` in the stylesheet. */
const ROW_HEIGHT = 88

/** The table for narrow screens: two lines for each account. */
export function AccountList({ accounts, chosen, ...rows }: AccountRows): JSX.Element {
  const list = useRef<HTMLUListElement>(null)
  const { start, end } = useRowWindow(list, accounts.length, ROW_HEIGHT)
  return (
    <ul
      class="list"
      ref={list}
      aria-label="Accounts"
      style={{
        paddingTop: `${start * ROW_HEIGHT}px`,
        paddingBottom: `${(accounts.length - end) * ROW_HEIGHT}px`,
      }}
    >
      {accounts.slice(start, end).map((account, index) => (
        <li
          key={account.id}
          class={`list-row ${account.enabled ? '' : 'is-off'}`}
          aria-setsize={accounts.length}
          aria-posinset={start + index + 1}
        >
          <AccountListRow account={account} isChosen={chosen.includes(account.id)} {...rows} />
        </li>
      ))}
    </ul>
  )
}

type RowProps = Omit<AccountRows, 'accounts' | 'chosen'> & { account: AccountView; isChosen: boolean }

const AccountListRow = memo(
  function AccountListRow({ account, isChosen, actions, onChoose }: RowProps): JSX.Element {
    const limit = tightest(account)
    const { availableAt, today } = account
    return (
      <>
        <div class="list-line">
          <ChooseBox name={accountName(account)} isChosen={isChosen} onChoose={() => onChoose(account.id)} />
          <AccountLink account={account} />
          <StatusBadge account={account} />
          <Menu label={`Actions for ${accountName(account)}`} items={actions.items(account)} />
        </div>
        {limit === null ? <div class="gauge" aria-hidden="true" /> : <GaugeBar limit={limit} />}
        <div class="list-line quiet">
          <span>
            {limit === null
              ? 'no limit known'
              : `${amount(limit.metric, limit.remaining)} left ${limitShort(limit)}`}
          </span>
          <span>
            {availableAt === null ? (
              `${compact(today.requests)} today`
            ) : (
              <>
                back <Countdown at={availableAt} />
              </>
            )}
          </span>
        </div>
      </>
    )
  },
  ['account', 'isChosen'],
)
