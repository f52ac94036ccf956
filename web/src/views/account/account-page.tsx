import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccountView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { useAccountActions } from '../../hooks/use-account-actions.ts'
import { AccountDialog } from '../../parts/dialog/account-dialogs.tsx'
import type { Asked } from '../../parts/dialog/account-dialogs.tsx'
import { Gauge } from '../../parts/status/gauge.tsx'
import { Menu } from '../../parts/shell/menu.tsx'
import { EmptyState, WhenLoaded } from '../../parts/status/states.tsx'
import { StatusBadge } from '../../parts/status/status-badge.tsx'
import { StatusReason } from '../../parts/status/status-reason.tsx'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { formatHash } from '../../router.ts'
import { AccountCharts } from './account-charts.tsx'
import { AccountFacts } from './account-facts.tsx'
import { AccountJobs } from './account-jobs.tsx'
import { AccountSettingsForm } from './account-settings-form.tsx'
import { Cooldowns } from './cooldowns.tsx'
import { Explain } from './explain.tsx'

export function AccountPage({ id }: { id: string }): JSX.Element {
  const page = usePage()
  const accounts = useSelect(({ accounts }) => accounts)
  const account = accounts.value?.find((each) => each.id === id)
  if (account !== undefined) return <Shown key={id} account={account} />
  return (
    <>
      <ViewHead title="Account" />
      <WhenLoaded loaded={accounts} what="the account" onRetry={() => void page.load('accounts')}>
        {() => (
          <EmptyState title="There is no such account">
            <p>It may have been archived or removed.</p>
            <p class="button-row">
              <a class="button" href={formatHash({ view: 'accounts' })}>
                All accounts
              </a>
              <a class="button" href={formatHash({ view: 'archive' })}>
                Archive
              </a>
            </p>
          </EmptyState>
        )}
      </WhenLoaded>
    </>
  )
}

function Shown({ account }: { account: AccountView }): JSX.Element {
  const [asked, ask] = useState<Asked | null>(null)
  const actions = useAccountActions(ask)
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href={formatHash({ view: 'accounts' })}>Accounts</a> <span aria-hidden="true">/</span>{' '}
        {accountName(account)}
      </nav>
      <ViewHead title={accountName(account)} sub={<StatusBadge account={account} />}>
        <Remedy account={account} ask={ask} verify={actions.verify} />
        {account.enabled ? (
          <button type="button" class="button" onClick={() => ask({ question: 'disable', account })}>
            Disable
          </button>
        ) : (
          <button type="button" class="button button-primary" onClick={() => actions.enable(account)}>
            Enable
          </button>
        )}
        <button type="button" class="button" onClick={() => actions.verify(account)}>
          Verify
        </button>
        <button type="button" class="button" onClick={() => ask({ question: 'reset', account })}>
          Reset
        </button>
        <Menu label={`More actions for ${accountName(account)}`} items={actions.items(account)} />
      </ViewHead>
      <StatusReason account={account} />
      <div class="split">
        <div class="split-main">
          <Limits account={account} />
          <Cooldowns account={account} onClear={() => actions.clearCooldowns(account)} />
          <AccountJobs account={account} />
          <AccountCharts account={account} />
        </div>
        <div class="split-side">
          <AccountFacts account={account} />
          <Explain account={account} />
          <AccountSettingsForm account={account} />
        </div>
      </div>
      <AccountDialog
        asked={asked}
        onClose={() => ask(null)}
        onGone={() => (location.hash = formatHash({ view: 'accounts' }))}
      />
    </>
  )
}

const CREDENTIAL_OUT: ReadonlySet<AccountView['status']> = new Set([
  'needs-login',
  'key-refused',
  'no-key',
  'expired',
])

interface RemedyProps {
  account: AccountView
  ask: (asked: Asked) => void
  verify: (account: AccountView) => void
}

/** The action that brings an account back when no time does. */
function Remedy({ account, ask, verify }: RemedyProps): JSX.Element | null {
  const { status, auth } = account
  if (auth.type === 'none') return null
  if (status === 'no-credit' || status === 'unreachable') {
    return (
      <button type="button" class="button button-primary" onClick={() => verify(account)}>
        Try again now
      </button>
    )
  }
  if (!CREDENTIAL_OUT.has(status)) return null
  const isLogin = auth.type === 'oauth'
  return (
    <button
      type="button"
      class="button button-primary"
      onClick={() => ask({ question: isLogin ? 'login' : 'key', account })}
    >
      {isLogin ? 'Log in again' : 'New key'}
    </button>
  )
}

function Limits({ account }: { account: AccountView }): JSX.Element {
  return (
    <section class="card" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      {account.limits.length === 0 ? (
        <p class="quiet">No limit is known. It serves until the provider refuses, and learns from that.</p>
      ) : (
        <div class="limit-grid">
          {account.limits.map((limit) => (
            <Gauge key={`${limit.metric}/${limit.window}/${limit.model ?? ''}`} limit={limit} />
          ))}
        </div>
      )}
    </section>
  )
}
