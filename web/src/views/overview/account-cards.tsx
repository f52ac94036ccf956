import type { JSX } from 'preact'
import { memo } from '../../parts/memo.ts'
import type { AccountView } from '../../api/types.ts'
import { compact, count } from '../../format/numbers.ts'
import { accountName } from '../../format/words.ts'
import { AccountLink, GroupTags } from '../../parts/account-names.tsx'
import { Ago } from '../../parts/status/ago.tsx'
import { ChooseBox } from '../../parts/form/choose-box.tsx'
import { Gauge } from '../../parts/status/gauge.tsx'
import { Menu } from '../../parts/shell/menu.tsx'
import { StatusBadge } from '../../parts/status/status-badge.tsx'
import { StatusReason } from '../../parts/status/status-reason.tsx'
import type { AccountRows } from './account-rows.ts'

/** Further limits are on the account's page. */
const MOST_LIMITS = 3

export function AccountCards({ accounts, chosen, ...rows }: AccountRows): JSX.Element {
  return (
    <ul class="cards">
      {accounts.map((account) => (
        <li key={account.id} class={`card account-card ${account.enabled ? '' : 'is-off'}`}>
          <AccountCard account={account} isChosen={chosen.includes(account.id)} {...rows} />
        </li>
      ))}
    </ul>
  )
}

type CardProps = Omit<AccountRows, 'accounts' | 'chosen'> & { account: AccountView; isChosen: boolean }

const AccountCard = memo(
  function AccountCard({ account, isChosen, actions, onChoose }: CardProps): JSX.Element {
    const { today, limits } = account
    return (
      <>
        <header class="card-head">
          <ChooseBox name={accountName(account)} isChosen={isChosen} onChoose={() => onChoose(account.id)} />
          <h2 class="card-title">
            <AccountLink account={account} />
          </h2>
          <StatusBadge account={account} />
          <Menu label={`Actions for ${accountName(account)}`} items={actions.items(account)} />
        </header>
        <StatusReason account={account} />
        <div class="card-limits">
          {limits.length === 0 && (
            <p class="quiet">No limit is known: it serves until the provider refuses.</p>
          )}
          {limits.slice(0, MOST_LIMITS).map((limit) => (
            <Gauge key={`${limit.metric}/${limit.window}/${limit.model ?? ''}`} limit={limit} />
          ))}
          {limits.length > MOST_LIMITS && <p class="quiet">and {count(limits.length - MOST_LIMITS)} more</p>}
        </div>
        <footer class="card-foot">
          <span>
            <strong>{compact(today.requests)}</strong> today
            {today.failed > 0 && <span class="text-bad"> · {compact(today.failed)} failed</span>}
          </span>
          <span>
            <strong>{compact(today.inputTokens + today.outputTokens)}</strong> tokens
          </span>
          <span class="quiet">
            used <Ago at={account.lastUsedAt} />
          </span>
          <GroupTags groups={account.groups} />
        </footer>
      </>
    )
  },
  ['account', 'isChosen'],
)
