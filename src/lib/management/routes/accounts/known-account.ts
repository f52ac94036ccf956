import type { Account } from '../../../account/account.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { ManagedToolkit } from '../../../toolkit/scope/managed-toolkit.ts'

/**
 * The account with this id, optionally of this user. Names are not accepted as ids: names of other users' accounts
 * must not be guessable. Throws `account_not_found` alike for unknown accounts and for those of other users.
 */
export async function knownAccount(toolkit: ManagedToolkit, id: string, user?: string): Promise<Account> {
  const found = (await toolkit.accounts.records()).find((account) => account.id === id)
  if (found !== undefined && (user === undefined || found.user === user)) return found
  throw new QwenctlError('account_not_found', 'there is no account with this id', {
    hint: 'GET /api/accounts lists them',
  })
}
