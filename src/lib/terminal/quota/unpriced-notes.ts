import type { PriceBook } from '../../quota/prices/price-book.ts'
import type { Provider } from '../../provider/provider.ts'
import type { AccountView, QuotaDocument } from '../../toolkit/views.ts'
import { shownReference } from '../accounts/account-names.ts'

/** A note for each account with a limit in dollars that counted nothing of today, because no price is known. */
export function unpricedNotes({ accounts }: QuotaDocument): string[] {
  return accounts
    .filter(({ limits }) => limits.some(({ unpriced }) => unpriced))
    .map((account) => {
      const name = shownReference(account)
      return `${name}: its limit in dollars counts nothing, because no price is known. ${adviceFor(account.provider)}`
    })
}

/** A warning where a limit in dollars is set and none of the account's models has a price; null: they have. */
export function unpricedWarning(
  account: Pick<AccountView, 'provider' | 'baseUrl' | 'models' | 'limits'>,
  provider: Provider,
  book: PriceBook,
): string | null {
  const { models, limits } = account
  if (provider.reportsCost || !limits.some(({ metric }) => metric === 'usd')) return null
  const unpriced = (models ?? []).filter((model) => book.findPrice(account, model) === null)
  if (models === null ? book.hasPrices(account) : unpriced.length === 0) return null
  const what = models === null ? `models of ${account.provider}` : unpriced.join(', ')
  return `the limit in dollars counts nothing for ${what}, because no price is known. ${adviceFor(account.provider)}`
}

function adviceFor(provider: string): string {
  return `Set one: qwenctl config set 'prices.${provider}/*' 0.25,2`
}
