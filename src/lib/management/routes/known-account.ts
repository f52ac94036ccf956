import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'

/**
 * The account of this id, of this user where one is said. Names are no ids here: what another user's account is called is
 * nothing to guess with. Throws `account_not_found`, the same for what is not there and for what is not theirs.
 */
export async function knownAccount(toolkit: ManagedToolkit, id: string, user?: string): Promise<Account> {
  const found = (await toolkit.accounts.records()).find((account) => account.id === id)
  if (found !== undefined && (user === undefined || found.user === user)) return found
  throw new QwenctlError('account_not_found', 'there is no account of this id', {
    hint: 'GET /api/accounts lists them',
  })
}
