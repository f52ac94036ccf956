import type { AccountView } from '../../api/types.ts'
import type { AccountActions } from '../../hooks/use-account-actions.ts'

/** What every way of listing accounts is given. */
export interface AccountRows {
  accounts: AccountView[]
  actions: AccountActions
  /** Ids that are chosen to be compared. */
  chosen: string[]
  onChoose: (id: string) => void
}
