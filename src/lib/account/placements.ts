/** Which account holds a resource that no other account has: a conversation's warm cache, a stored response. */
export interface Placements {
  /** The id of the account; null: unknown. */
  find(key: string | number): string | null
  /** `now` in epoch milliseconds. */
  put(key: string | number, account: string, now: number): void
}
