import type { Price } from './price-table.ts'
import { priceTable } from './price-table.ts'

/** The user's own prices, by `provider/model`; `provider/*` is for all others of a provider. */
export type OwnPrices = ReadonlyMap<string, Price>

export interface Priced {
  provider: string
  /** Null: the provider's own address, for which list prices hold. */
  baseUrl: string | null
}

/** Clients name the models: what is remembered of them has an end. */
const MOST_REMEMBERED = 2000

/** What requests cost where the provider does not say it. The user's own prices beat the table. */
export class PriceBook {
  readonly #own: OwnPrices
  /** By provider, listed or not, and model: asked for on every request. */
  readonly #found: { listed: Map<string, Found>; elsewhere: Map<string, Found> } = {
    listed: new Map(),
    elsewhere: new Map(),
  }
  #remembered = 0

  constructor(own: OwnPrices = new Map()) {
    this.#own = own
  }

  /** US dollars; null where the price, or what was used, is not known. What a cache answered is priced as any input. */
  computeCost(
    of: Priced,
    model: string,
    inputTokens: number | null,
    outputTokens: number | null,
  ): number | null {
    const price = this.#findPrice(of, model)
    if (price === null || inputTokens === null || inputTokens > (price.mostInputTokens ?? Infinity))
      return null
    if (outputTokens === null && price.output > 0) return null
    return (inputTokens * price.input + (outputTokens ?? 0) * price.output) / 1e6
  }

  #findPrice({ provider, baseUrl }: Priced, model: string): Price | null {
    const providers = baseUrl === null ? this.#found.listed : this.#found.elsewhere
    let models = providers.get(provider)
    if (models === undefined) providers.set(provider, (models = new Map() as Found))
    let price = models.get(model)
    if (price === undefined) {
      if (this.#remembered >= MOST_REMEMBERED) this.#forget()
      price = this.#look(provider, model, baseUrl === null)
      models.set(model, price)
      this.#remembered += 1
    }
    return price
  }

  #look(provider: string, model: string, isListed: boolean): Price | null {
    const own = this.#own.get(`${provider}/${model}`) ?? this.#own.get(`${provider}/*`)
    if (own !== undefined) return own
    if (!isListed) return null
    return priceTable.find((row) => row.provider === provider && row.models.includes(model)) ?? null
  }

  #forget(): void {
    for (const providers of Object.values(this.#found))
      for (const models of providers.values()) models.clear()
    this.#remembered = 0
  }
}

type Found = Map<string, Price | null>
