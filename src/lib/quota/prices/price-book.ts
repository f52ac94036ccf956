import type { Price } from './price-table.ts'
import { priceTable } from './price-table.ts'

/** The user's own prices, by `provider/model`; `provider/*` covers all other models of a provider. */
export type OwnPrices = ReadonlyMap<string, Price>

export interface Priced {
  provider: string
  /** Null: the provider's own address, for which list prices apply. */
  baseUrl: string | null
}

/** Clients choose the model names, so the number of remembered names is bounded. */
const MOST_REMEMBERED = 2000

/**
 * The cost of requests where the provider does not report it. The user's own prices take precedence over the table.
 */
export class PriceBook {
  readonly #own: OwnPrices
  /** Keyed by provider, listed or not, and model; every request looks here. */
  readonly #found: { listed: Map<string, Found>; elsewhere: Map<string, Found> } = {
    listed: new Map(),
    elsewhere: new Map(),
  }
  #remembered = 0

  constructor(own: OwnPrices = new Map()) {
    this.#own = own
  }

  /**
   * US dollars; null when the price or the use is unknown. Input tokens from a cache have the price of any input.
   */
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
