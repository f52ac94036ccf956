import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccountView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { EmptyState, WhenLoaded } from '../../parts/status/states.tsx'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { formatHash } from '../../router.ts'
import { Comparison } from './comparison.tsx'

const MOST = 4

/** Two to four accounts side by side. The address holds their ids, so that it can be bookmarked. */
export function Compare({ ids }: { ids: string[] }): JSX.Element {
  const page = usePage()
  const accounts = useSelect(({ accounts }) => accounts)
  return (
    <>
      <ViewHead title="Compare" />
      <WhenLoaded loaded={accounts} what="accounts" onRetry={() => void page.load('accounts')}>
        {(value) => {
          const chosen = ids.flatMap((id) => value.find((account) => account.id === id) ?? []).slice(0, MOST)
          return (
            <>
              <Picker accounts={value} chosen={chosen} />
              {chosen.length < 2 ? (
                <EmptyState title="Choose two to four accounts">
                  <p>Their limits, today's numbers and their last 24 hours appear side by side.</p>
                </EmptyState>
              ) : (
                <Comparison accounts={chosen} />
              )}
            </>
          )
        }}
      </WhenLoaded>
    </>
  )
}

function goTo(ids: string[]): void {
  location.hash = formatHash({ view: 'compare', ids })
}

function Picker({ accounts, chosen }: { accounts: AccountView[]; chosen: AccountView[] }): JSX.Element {
  const ids = chosen.map(({ id }) => id)
  const [text, setText] = useState('')
  const free = accounts.filter(({ id }) => !ids.includes(id))
  const add = (name: string) => {
    const found = free.find((account) => accountName(account) === name || account.id === name)
    setText(found === undefined ? name : '')
    if (found !== undefined) goTo([...ids, found.id])
  }
  return (
    <div class="picker">
      {chosen.map((account) => (
        <span key={account.id} class="chip">
          {accountName(account)}
          <button
            type="button"
            class="chip-remove"
            aria-label={`Take ${accountName(account)} out`}
            onClick={() => goTo(ids.filter((id) => id !== account.id))}
          >
            ×
          </button>
        </span>
      ))}
      {chosen.length < MOST && free.length > 0 && (
        <label>
          <span class="visually-hidden">Add an account to compare</span>
          <input
            class="input"
            list="compare-choices"
            placeholder="Add an account"
            value={text}
            onInput={(event) => add(event.currentTarget.value)}
          />
          <datalist id="compare-choices">
            {free.slice(0, 200).map((account) => (
              <option key={account.id} value={accountName(account)} />
            ))}
          </datalist>
        </label>
      )}
    </div>
  )
}
