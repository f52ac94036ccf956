import type { AccountFilter, Sort } from '../../select/filter.ts'
import { noFilter } from '../../select/filter.ts'
import type { Look } from './filter-bar.tsx'

/**
 * The view options of the account list. They stay while the page is open, so that the list is unchanged on return.
 */
export interface Listing {
  filter: AccountFilter
  sort: Sort
  /** Null: decided by the number of accounts. */
  look: Look | null
  /** Ids, to compare. */
  chosen: string[]
}

let kept: Listing = { filter: noFilter, sort: { key: 'name', isDescending: false }, look: null, chosen: [] }

export function keptListing(): Listing {
  return kept
}

export function keepListing(listing: Listing): void {
  kept = listing
}
