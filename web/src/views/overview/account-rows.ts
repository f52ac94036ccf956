import type { AccountView } from '../../api/types.ts'
import type { AccountActions } from '../../hooks/use-account-actions.ts'

/** The properties of every account list. */
export interface AccountRows {
  accounts: AccountView[]
  actions: AccountActions
  /** Ids selected for comparison. */
  chosen: string[]
  onChoose: (id: string) => void
}
