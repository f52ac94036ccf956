import type { Account } from '../../account/account.ts'
import { fullReference } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'

/** The account as the document has it now; another process may have removed it meanwhile. */
export function byId(data: AccountsData, id: string): Account {
  const account = data.accounts.find((candidate) => candidate.id === id)
  if (account === undefined) throw new QwenctlError('account_not_found', `account ${id} is no longer there`)
  return account
}

/** The name wanted, if nobody has it; without one the first free of `PROVIDER`, `PROVIDER-2`, ... */
export function freeName(
  accounts: Account[],
  wanted: Pick<Account, 'user' | 'provider'> & { name: string | null },
): string {
  const taken = new Set(
    accounts
      .filter(({ user, provider }) => user === wanted.user && provider === wanted.provider)
      .map(({ name }) => name),
  )
  const stem = wanted.name ?? wanted.provider
  if (!taken.has(stem)) return stem
  let number = 2
  while (taken.has(`${stem}-${number}`)) number += 1
  if (wanted.name === null) return `${stem}-${number}`
  const reference = fullReference({ ...wanted, name: stem })
  throw new QwenctlError('name_in_use', `there is already an account ${reference}`, {
    hint: `choose another name; ${stem}-${number} is free`,
    details: { field: 'name' },
  })
}
