import type { AccountFilter } from '../accounts/account-inputs.ts'

/** The filter, restricted to the user. */
export function ownFilter(user: string, filter: AccountFilter = {}): AccountFilter {
  return { ...filter, user }
}

/** Whether a filter asks for another user: the result is then empty. */
export function isOthers(user: string, filter: AccountFilter = {}): boolean {
  return filter.user !== undefined && filter.user !== user
}
