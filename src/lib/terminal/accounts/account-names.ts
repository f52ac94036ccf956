import type { AccountQuotaView, AccountView } from '../../toolkit/views.ts'
import { printable } from '../format/text-width.ts'

type Named = Pick<AccountQuotaView, 'user' | 'provider' | 'name'> & { label?: string | null }

/** The name of an account on screen: `provider/name (label)`, with its user unless that is the local one. */
export function shownName(account: Named): string {
  const label =
    account.label == null || account.label === account.name ? '' : ` (${printable(account.label)})`
  return shownReference(account) + label
}

/** The same without the label, as commands accept it. */
export function shownReference(account: Named): string {
  const name = `${account.provider}/${account.name}`
  return printable(account.user === 'local' ? name : `${account.user}:${name}`)
}

/** The document of a command over accounts: `account` for one named account, `accounts` for several. */
export type AccountsAnswer = { account: AccountView } | { accounts: AccountView[] }

export function accountsAnswer(accounts: AccountView[], several: boolean): AccountsAnswer {
  const [only] = accounts
  return several || only === undefined ? { accounts } : { account: only }
}
