import type { PriceRow } from './price-row.ts'

export interface PriceTable {
  /** The day of the source, `YYYY-MM-DD`. */
  asOf: string
  source: string
  rows: readonly PriceRow[]
}

/** The row of a model: its whole name first, then the longest beginning. Null: no price is known. */
export function findPriceRow(table: PriceTable, provider: string, model: string): PriceRow | null {
  let found: PriceRow | null = null
  let length = 0
  for (const row of table.rows) {
    if (row.provider !== provider) continue
    if (row.models.includes(model)) return row
    for (const prefix of row.prefixes ?? []) {
      if (prefix.length <= length || !model.startsWith(prefix)) continue
      found = row
      length = prefix.length
    }
  }
  return found
}

/**
 * The usual price of cached input as a share of the price of input, 0 to 1: that of the model, or else the most common
 * one of the provider's rows. 1: the table names none, so a cached token costs as much as any.
 */
export function findCacheShare(table: PriceTable, provider: string, model: string): number {
  const row = findPriceRow(table, provider, model)
  if (row !== null) return cacheShare(row) ?? 1
  const counts = new Map<number, number>()
  let usual = 1
  for (const row of table.rows) {
    const share = row.provider === provider ? cacheShare(row) : null
    if (share === null) continue
    counts.set(share, (counts.get(share) ?? 0) + 1)
    if (counts.get(share)! > (counts.get(usual) ?? 0)) usual = share
  }
  return usual
}

/** Rounded to a percent, since some prices of the table are rounded. */
function cacheShare({ input, cacheRead }: PriceRow): number | null {
  return cacheRead === undefined || input === 0 ? null : Math.round((cacheRead / input) * 100) / 100
}
