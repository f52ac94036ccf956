import type { ComponentChildren, JSX } from 'preact'
import type { AccountView } from '../../api/types.ts'
import { compact, percent, plural, usd } from '../../format/numbers.ts'
import { formatEstimated } from '../../format/estimated.ts'
import { planWindow } from '../../format/plan-window.ts'
import { day } from '../../format/times.ts'
import { GroupTags } from '../../parts/account-names.tsx'
import { Ago } from '../../parts/status/ago.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'

const authWords: Record<AccountView['auth']['type'], string> = {
  'api-key': 'API key',
  oauth: 'Login',
  none: 'None needed',
}

export function AccountFacts({ account }: { account: AccountView }): JSX.Element {
  const { today, auth } = account
  return (
    <section class="card" aria-labelledby="facts-title">
      <h2 id="facts-title">Facts</h2>
      <dl class="facts">
        <Fact label="Today">
          {plural(today.requests, 'request')}, {percent(today.succeeded, today.succeeded + today.failed)}{' '}
          answered
        </Fact>
        <Fact label="Tokens today">
          {compact(today.inputTokens)} in, {compact(today.outputTokens)} out
          {formatEstimated(today)}
        </Fact>
        <Fact label="Cost today">
          {today.costUsd === null ? <Quiet>not known</Quiet> : usd(today.costUsd)}
        </Fact>
        <PlanFact account={account} />
        <Fact label="Last used">
          <Ago at={account.lastUsedAt} />
        </Fact>
        <Fact label="Credential">
          {authWords[auth.type]} {auth.hint !== null && <code>{auth.hint}</code>}
          {auth.expiresAt !== null && (
            <>
              , ends <Countdown at={auth.expiresAt} />
            </>
          )}
        </Fact>
        <Fact label="User">{account.user}</Fact>
        <Fact label="Groups">
          {account.groups.length === 0 ? <Quiet>none</Quiet> : <GroupTags groups={account.groups} />}
        </Fact>
        {account.quotaGroup !== null && <Fact label="Counted with">quota group {account.quotaGroup}</Fact>}
        {account.unsettled > 0 && (
          <Fact label="Unsettled">
            {plural(account.unsettled, 'request')} without a result, still charged
          </Fact>
        )}
        {account.isDefault && <Fact label="Default">commands use it when none is named</Fact>}
        <Fact label="Added">{day(account.createdAt)}</Fact>
        <Fact label="Id">
          <code>{account.id}</code>
        </Fact>
      </dl>
    </section>
  )
}

/** The counts of the provider, with use outside of qwenctl. */
function PlanFact({ account: { plan } }: { account: AccountView }): JSX.Element | null {
  if (plan === null || plan.windows.length === 0) return null
  return (
    <Fact label="As the provider counts">
      {plan.windows.map((window) => (
        <div key={window.name}>{planWindow(window)}</div>
      ))}
      <Quiet>
        asked <Ago at={plan.at} />
      </Quiet>
    </Fact>
  )
}

function Fact({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Quiet({ children }: { children: ComponentChildren }): JSX.Element {
  return <span class="quiet">{children}</span>
}
