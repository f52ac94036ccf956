import { PriceBook } from '../../quota/prices/price-book.ts'
import type { Toolkit } from '../toolkit.ts'
import type { AccountView } from '../views.ts'

/** A warning where a limit in dollars is set and none of the account's models has a price; null: they have. */
export async function warnOfUnpriced(
  toolkit: Pick<Toolkit, 'settings' | 'providers'>,
  account: Pick<AccountView, 'provider' | 'baseUrl' | 'models' | 'limits'>,
): Promise<string | null> {
  const { models, limits } = account
  if (!limits.some(({ metric }) => metric === 'usd')) return null
  const provider = (await toolkit.providers()).get(account.provider)
  if (provider.reportsCost) return null
  const book = new PriceBook(await toolkit.settings.prices(), await toolkit.settings.priceTable())
  const unpriced = (models ?? []).filter((model) => book.findPrice(account, model) === null)
  if (models === null ? book.hasPrices(account) : unpriced.length === 0) return null
  const what = models === null ? `models of ${account.provider}` : unpriced.join(', ')
  return `the limit in dollars counts nothing for ${what}, because no price is known. ${adviseOnPrice(account.provider)}`
}

/** How to give the models of a provider a price. */
export function adviseOnPrice(provider: string): string {
  return `Set one: qwenctl config set 'prices.${provider}/*' 0.25,2`
}
