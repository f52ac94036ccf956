import type { Account } from '../../account/account.ts'
import { fullReference, shortReference } from '../../account/account.ts'
import { nameFromLabel } from '../../account/label.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'

/** The account as the document has it now; another process may have removed it in the meantime. */
export function byId(data: AccountsData, id: string): Account {
  const account = data.accounts.find((candidate) => candidate.id === id)
  if (account === undefined) throw new QwenctlError('account_not_found', `account ${id} is no longer there`)
  return account
}

/** The name of a new account: the requested one, else one derived from its label, else from its provider. */
export function freePlace(
  accounts: Account[],
  wanted: Pick<Account, 'user' | 'provider'> & { name: string | null; label: string | null },
): string {
  const { name, label } = wanted
  if (label !== null) refuseTakenLabel(accounts, { ...wanted, label })
  if (name !== null || label === null) return freeName(accounts, wanted)
  return deriveFreeName(accounts, { ...wanted, label })
}

/**
 * A name derived from a label, with a number at its end if the name is in use. A label that is a valid name is taken
 * unchanged.
 */
export function deriveFreeName(
  accounts: Account[],
  { user, provider, label }: Pick<Account, 'user' | 'provider'> & { label: string },
): string {
  const name = nameFromLabel(label)
  if (name === null || name === label) return freeName(accounts, { user, provider, name })
  return firstFree(takenNames(accounts, { user, provider }), name)
}

function refuseTakenLabel(
  accounts: Account[],
  { user, provider, label }: Pick<Account, 'user' | 'provider'> & { label: string },
): void {
  const holder = accounts.find(
    (account) => account.user === user && account.provider === provider && account.label === label,
  )
  if (holder === undefined) return
  throw new QwenctlError('name_in_use', `${fullReference(holder)} has the label "${label}" already`, {
    hint: 'choose another label',
    details: { field: 'label' },
  })
}

function takenNames(
  accounts: Account[],
  { user, provider }: Pick<Account, 'user' | 'provider'>,
): Set<string> {
  return new Set(
    accounts.filter((one) => one.user === user && one.provider === provider).map(({ name }) => name),
  )
}

function firstFree(taken: ReadonlySet<string>, stem: string): string {
  if (!taken.has(stem)) return stem
  let number = 2
  while (taken.has(`${stem.slice(0, 60)}-${number}`)) number += 1
  return `${stem.slice(0, 60)}-${number}`
}

/** The requested name if it is free; without a request, the first free name of `PROVIDER`, `PROVIDER-2`, ... */
export function freeName(
  accounts: Account[],
  wanted: Pick<Account, 'user' | 'provider'> & { name: string | null },
): string {
  const taken = takenNames(accounts, wanted)
  const stem = wanted.name ?? wanted.provider
  const free = firstFree(taken, stem)
  if (wanted.name === null || free === stem) return free
  const { user, provider } = wanted
  const holder = accounts.find((one) => one.user === user && one.provider === provider && one.name === stem)
  const reference = shortReference({ ...wanted, name: stem })
  throw new QwenctlError('name_in_use', `there is already an account ${reference}`, {
    hint: `choose another name (${free} is free), or ${suggestChange(holder, reference)}`,
    details: { field: 'name' },
  })
}

/** A second `auth add` of an account probably means a change: a new login, a new key, another setting. */
function suggestChange(holder: Account | undefined, reference: string): string {
  if (holder?.credential.type === 'oauth') return `log in again: qwenctl auth refresh ${reference} --login`
  if (holder?.credential.type === 'api-key')
    return `give the account a new key: qwenctl accounts set ${reference} --key-stdin`
  return `change the account: qwenctl accounts set ${reference} --limit 500/day`
}
