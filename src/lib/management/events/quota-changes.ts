import type { AccountQuotaView, QuotaDocument } from '../../toolkit/views.ts'

/** Knows what each account looked like when it was last looked at. */
export class QuotaChanges {
  #before: Map<string, string> | null = null

  /** The accounts that look different now; none the first time. */
  of({ accounts }: QuotaDocument): AccountQuotaView[] {
    const before = this.#before
    this.#before = new Map(accounts.map((account) => [account.id, looksOf(account)]))
    if (before === null) return []
    return accounts.filter((account) => before.get(account.id) !== this.#before?.get(account.id))
  }
}

/** Forecasts move with the clock, and are told with whatever else has changed. */
function looksOf(account: AccountQuotaView): string {
  return JSON.stringify({ ...account, limits: account.limits.map((limit) => ({ ...limit, forecast: null })) })
}
