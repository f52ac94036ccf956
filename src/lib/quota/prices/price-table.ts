import type { PriceRow } from './price-row.ts'
import { priceRows, pricesDay, pricesSource } from './price-rows.ts'

export interface PriceTable {
  /** The day of the source, `YYYY-MM-DD`. */
  asOf: string
  source: string
  rows: readonly PriceRow[]
}

/**
 * List prices at the providers' own addresses, from `npm run prices`. Prices by hour count as the highest, because a
 * limit in dollars must not be passed.
 */
export const priceTable: PriceTable = { asOf: pricesDay, source: pricesSource, rows: priceRows }

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
