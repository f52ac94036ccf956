/** The items of answers that no account stores, for clients that later name them by their ids. */
export interface KeptItems {
  /** `token`: unguessable, and in the ids of the items. `owner`: the id of the client key; empty: none. `items`: a JSON list. */
  put(token: string, owner: string, items: string, now: number): void
  /** The list; null: none is kept for this owner. */
  find(token: string, owner: string): string | null
}
