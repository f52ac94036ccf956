import type { AccountQuotaView, QuotaDocument } from '../../toolkit/views.ts'

/** Remembers each account as of the last comparison. */
export class QuotaChanges {
  #before: Map<string, string> | null = null

  /** The accounts that changed since the last call; none at the first. */
  of({ accounts }: QuotaDocument): AccountQuotaView[] {
    const before = this.#before
    this.#before = new Map(accounts.map((account) => [account.id, fingerprint(account)]))
    if (before === null) return []
    return accounts.filter((account) => before.get(account.id) !== this.#before?.get(account.id))
  }
}

/** Forecasts change with the clock, so they are sent only along with other changes. */
function fingerprint(account: AccountQuotaView): string {
  return JSON.stringify({ ...account, limits: account.limits.map((limit) => ({ ...limit, forecast: null })) })
}
