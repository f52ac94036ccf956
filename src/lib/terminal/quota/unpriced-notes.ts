import { adviseOnPrice } from '../../toolkit/prices/unpriced.ts'
import type { QuotaDocument } from '../../toolkit/views.ts'
import { shownReference } from '../accounts/account-names.ts'

/** A note for each account with a limit in dollars that counted nothing of today, because no price is known. */
export function unpricedNotes({ accounts }: QuotaDocument): string[] {
  return accounts
    .filter(({ limits }) => limits.some(({ unpriced }) => unpriced))
    .map((account) => {
      const name = shownReference(account)
      return `${name}: its limit in dollars counts nothing, because no price is known. ${adviseOnPrice(account.provider)}`
    })
}
