import { durationMs, percent } from '../../quota/amounts.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import type { Aliases } from '../../rotation/aliases.ts'
import type { Caps } from '../../rotation/caps.ts'
import type { Settings } from '../../toolkit/toolkit.ts'

/** What of the configuration a pool goes by, beside the accounts; it may change while the proxy runs. */
export interface PoolRules {
  aliases: Aliases
  prices: PriceBook
  caps: Caps
  /** Whole percent of every limit that are left to other uses. */
  keep: number
  waitMs: number
  maxWaitMs: number
  /** So many may wait. */
  waitQueue: number
}

/** Throws `invalid_value` when one of them is not well formed. */
export async function readPoolRules(settings: Settings): Promise<PoolRules> {
  const text = async (key: string) => String(await settings.get(key))
  return {
    aliases: await settings.aliases(),
    prices: new PriceBook(await settings.prices()),
    caps: await settings.caps(),
    keep: percent(await text('proxy.reserve')) ?? 0,
    waitMs: durationMs(await text('proxy.wait')) ?? 0,
    maxWaitMs: durationMs(await text('proxy.maxWait')) ?? 0,
    waitQueue: Number(await settings.get('proxy.waitQueue')),
  }
}
