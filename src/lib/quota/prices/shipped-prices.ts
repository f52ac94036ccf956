import { priceRows, pricesDay, pricesSource } from './price-rows.ts'
import type { PriceTable } from './price-table.ts'

/**
 * List prices at the providers' own addresses, from `npm run prices`. Prices by hour count as the highest, because a
 * limit in dollars must not be passed.
 */
export const priceTable: PriceTable = { asOf: pricesDay, source: pricesSource, rows: priceRows }
