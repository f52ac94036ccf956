import type { ClientKey } from '../../account/client-key.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import { holdsNothing } from '../../rotation/endpoints.ts'
import type { ExplainOptions } from '../../rotation/explain.ts'
import { fitUse, hasAmounts } from '../../rotation/use/fit-use.ts'
import type { Settings } from '../settings/settings.ts'
import type { ExplainDocument } from '../views.ts'
import type { StoreSnapshot } from './direct-quota.ts'
import { findEndpoint, findPath } from './explain-request.ts'

/** Fits the request into the limits of each account, as the proxy does before it reserves. */
export async function buildFit(
  asked: ExplainDocument['asked'],
  { key, books, reserve, settings }: FitParts,
): Promise<Pick<ExplainOptions, 'fitUse'>> {
  const { size } = asked
  const path = findPath(asked)
  if (size === null || holdsNothing(path)) return {}
  const prices = new PriceBook(await settings.prices(), await settings.priceTable())
  const { subjects } = books.state
  const endpoint = { path, format: findEndpoint(asked).format }
  const own = key === null || key.limits.length === 0 ? undefined : subjects.get(key.id)
  return {
    fitUse: ({ account }, { wanted }) => {
      const subject = subjects.get(account.id)
      if (!hasAmounts(subject) && !hasAmounts(own)) return null
      const model = wanted.model ?? ''
      const price = prices.findPrice(account, model)
      return fitUse([subject, own], { size, model, price, endpoint }, { now: books.now, keep: reserve })
    },
  }
}

interface FitParts {
  key: ClientKey | null
  books: StoreSnapshot
  reserve: number
  settings: Pick<Settings, 'prices' | 'priceTable'>
}
