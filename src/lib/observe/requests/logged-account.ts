import { isQwenctlError } from '../../base/errors.ts'
import type { Account } from '../../account/account.ts'
import { resolveReference } from '../../account/reference.ts'
import type { LoggedAccount } from './find-requests.ts'

const REFERENCE = /^(?:([^:/]+):)?(?:([^:/]+)\/)?([^/]+)$/

/**
 * The account of a filter, as the log names it. The log also has removed and renamed accounts. A reference that fits
 * none or several is therefore taken as it is written.
 */
export function nameLogged(accounts: Account[], reference: string): LoggedAccount {
  try {
    const { user, provider, name } = resolveReference(accounts, reference)
    return { user, provider, name }
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    const [, user, provider, name = reference] = REFERENCE.exec(reference) ?? []
    return {
      name,
      ...(user === undefined ? {} : { user }),
      ...(provider === undefined ? {} : { provider }),
    }
  }
}
