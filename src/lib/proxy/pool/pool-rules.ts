import { durationMs, percent } from '../../quota/amounts.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import type { Caps } from '../../rotation/caps.ts'
import type { Settings } from '../../toolkit/toolkit.ts'

/** The configuration of a pool, beside its accounts. It may change while the proxy runs. */
export interface PoolRules {
  aliases: Aliases
  prices: PriceBook
  caps: Caps
  /** Headroom: whole percent of every limit, left to other uses. */
  keep: number
  waitMs: number
  maxWaitMs: number
  /** Most requests in the queue. */
  waitQueue: number
}

/** Throws `invalid_value` for a malformed rule. */
export async function readPoolRules(settings: Settings): Promise<PoolRules> {
  const text = async (key: string) => String(await settings.get(key))
  return {
    aliases: await settings.aliases(),
    prices: new PriceBook(await settings.prices(), await settings.priceTable()),
    caps: await settings.caps(),
    keep: percent(await text('proxy.reserve')) ?? 0,
    waitMs: durationMs(await text('proxy.wait')) ?? 0,
    maxWaitMs: durationMs(await text('proxy.maxWait')) ?? 0,
    waitQueue: Number(await settings.get('proxy.waitQueue')),
  }
}
