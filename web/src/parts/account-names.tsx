import type { JSX } from 'preact'
import type { AccountView } from '../api/types.ts'
import { userPrefix } from '../format/words.ts'
import { formatHash } from '../router.ts'

/** The name of an account, linked to its page. */
export function AccountLink({ account }: { account: AccountView }): JSX.Element {
  return (
    <a class="account-link" href={formatHash({ view: 'account', id: account.id })}>
      <span class="account-provider">
        {userPrefix(account)}
        {account.provider}/
      </span>
      <span class="account-name">{account.name}</span>
      {account.label !== null && account.label !== account.name && (
        <span class="account-label"> {account.label}</span>
      )}
    </a>
  )
}

export function GroupTags({ groups }: { groups: string[] }): JSX.Element | null {
  if (groups.length === 0) return null
  return (
    <span class="tags">
      {groups.map((group) => (
        <span key={group} class="tag">
          {group}
        </span>
      ))}
    </span>
  )
}
