import type { AccountFilter, Sort } from '../../select/filter.ts'
import { noFilter } from '../../select/filter.ts'
import type { Look } from './filter-bar.tsx'

/** How the accounts are listed. Kept while the page is open, so that coming back from an account finds it unchanged. */
export interface Listing {
  filter: AccountFilter
  sort: Sort
  /** Null: by how many there are. */
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
