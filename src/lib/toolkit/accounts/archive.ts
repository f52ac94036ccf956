import type { AccountView, ArchivedView } from '../views.ts'
import type { AccountFilter } from './account-inputs.ts'

/** Accounts that were removed, but not permanently. */
export interface Archive {
  /** Newest first. */
  list(filter?: AccountFilter): Promise<ArchivedView[]>
  /**
   * Finds the archived account; among several with the same name, the one removed last. Throws `account_not_found` or
   * `ambiguous_account`.
   */
  find(reference: string, filter?: AccountFilter): Promise<ArchivedView>
  /** Restores an archived account, under the name `name` if given. Throws `name_in_use`. */
  restore(id: string, name?: string): Promise<AccountView>
  /** Destroys an archived account, its key and its folder. */
  purge(id: string): Promise<void>
}
