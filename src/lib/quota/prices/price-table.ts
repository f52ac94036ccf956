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

/** The part of the list price that a batch costs, where the service says so (their pricing pages, 2026-11-30). */
export const batchShare: Readonly<Record<string, number>> = {
  openai: 0.5,
  anthropic: 0.5,
  gemini: 0.5,
  groq: 0.5,
  mistral: 0.5,
  together: 0.5,
  fireworks: 0.5,
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
