import type { Price } from './price-row.ts'
import type { PriceTable } from './price-table.ts'
import { findCacheShare, findPriceRow } from './price-table.ts'

/** The user's own prices, by `provider/model`; `provider/*` covers all other models of a provider. */
export type OwnPrices = ReadonlyMap<string, Price>

export interface Priced {
  provider: string
  /** Null: the provider's own address, for which list prices apply. */
  baseUrl: string | null
}

/** The counts that have prices. Null: unknown. The parts are inside of the totals. */
export interface PricedUsage {
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens?: number
  cacheWriteTokens?: number
  cacheWriteHourTokens?: number
  audioInputTokens?: number
  audioOutputTokens?: number
  webSearches?: number
}

/** Clients choose the model names, so the number of remembered names is bounded. */
const MOST_REMEMBERED = 2000

/** Anthropic's factors, which other services share (platform.claude.com/docs/en/about-claude/pricing, 2026-11-30). */
const WRITE_FACTOR = 1.25
const HOUR_WRITE_FACTOR = 2

/**
 * The cost of requests where the provider does not report it. The user's own prices come first, then those of
 * `prices update`, then the shipped table.
 */
export class PriceBook {
  readonly #own: OwnPrices
  readonly #table: PriceTable
  /** Keyed by provider, listed or not, and model; every request looks here. */
  readonly #found: { listed: Map<string, Found>; elsewhere: Map<string, Found> } = {
    listed: new Map(),
    elsewhere: new Map(),
  }
  #remembered = 0

  constructor(own: OwnPrices, table: PriceTable) {
    this.#own = own
    this.#table = table
  }

  /**
   * US dollars, never less than the service charges by these prices; null when the price or the use is unknown. Where a
   * service names only a total, each token has the higher price.
   */
  computeCost(of: Priced, model: string, usage: PricedUsage): number | null {
    const price = this.findPrice(of, model)
    return price === null ? null : costAt(price, usage)
  }

  /** The price of a model; null: none is known, so a limit in dollars counts nothing for it. */
  findPrice({ provider, baseUrl }: Priced, model: string): Price | null {
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

  /** Whether any model of this account has a price. */
  hasPrices({ provider, baseUrl }: Priced): boolean {
    for (const name of this.#own.keys()) if (name.startsWith(`${provider}/`)) return true
    return baseUrl === null && this.#table.rows.some((row) => row.provider === provider)
  }

  #look(provider: string, model: string, isListed: boolean): Price | null {
    const own = this.#own.get(`${provider}/${model}`) ?? this.#own.get(`${provider}/*`)
    if (own?.cacheRead !== undefined) return own
    if (own !== undefined)
      return { ...own, cacheRead: own.input * findCacheShare(this.#table, provider, model) }
    return isListed ? findPriceRow(this.#table, provider, model) : null
  }

  #forget(): void {
    for (const providers of Object.values(this.#found))
      for (const models of providers.values()) models.clear()
    this.#remembered = 0
  }
}

type Found = Map<string, Price | null>

/** US dollars at this price; null: the use is unknown. */
export function costAt(price: Price, usage: PricedUsage): number | null {
  const { inputTokens, outputTokens } = usage
  const at =
    price.long !== undefined && (inputTokens ?? outputTokens ?? 0) > price.long.above ? price.long : price
  if (inputTokens === null)
    return outputTokens === null ? null : (outputTokens * Math.max(at.input, at.output)) / 1e6
  if (outputTokens === null && at.output > 0) return null
  const searches = (usage.webSearches ?? 0) * (price.webSearch ?? 0)
  return (inputCost(at, inputTokens, usage) + outputCost(at, outputTokens ?? 0, usage)) / 1e6 + searches
}

function inputCost(price: Price, inputTokens: number, usage: PricedUsage): number {
  const { cacheReadTokens = 0, cacheWriteTokens = 0, cacheWriteHourTokens = 0, audioInputTokens = 0 } = usage
  const { input, cacheRead = input, cacheWrite = input * WRITE_FACTOR, audioInput = input } = price
  const { cacheWriteHour = Math.max(cacheWrite, input * HOUR_WRITE_FACTOR) } = price
  const special =
    cacheReadTokens * cacheRead + cacheWriteTokens * cacheWrite + cacheWriteHourTokens * cacheWriteHour
  const cached = cacheReadTokens + cacheWriteTokens + cacheWriteHourTokens
  const rest = Math.max(0, inputTokens - cached)
  const heard = Math.min(audioInputTokens, rest)
  return special + heard * Math.max(audioInput, input) + (rest - heard) * input
}

function outputCost(
  { output, audioOutput = output }: Price,
  outputTokens: number,
  usage: PricedUsage,
): number {
  const spoken = Math.min(usage.audioOutputTokens ?? 0, outputTokens)
  return spoken * Math.max(audioOutput, output) + (outputTokens - spoken) * output
}
