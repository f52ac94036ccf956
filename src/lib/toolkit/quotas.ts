import { quotaGroupSubject } from '../account/account.ts'
import type { Ledger, Notice } from '../quota/ledger.ts'
import type { Books } from './direct-quota.ts'
import { quotaDocumentOf, selectAccounts } from './direct-quota.ts'
import type { AccountFilter, Quotas } from './toolkit.ts'
import type { QuotaDocument } from './views.ts'

/** Quotas as the ledger of this home tells them. */
export class LedgerQuotas implements Quotas {
  readonly #books: () => Promise<Books>
  readonly #ledger: () => Promise<Ledger>

  constructor(options: { books: () => Promise<Books>; ledger: () => Promise<Ledger> }) {
    this.#books = options.books
    this.#ledger = options.ledger
  }

  async show(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    return quotaDocumentOf(await this.#books(), filter, references)
  }

  async reset(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    const { data } = await this.#books()
    const accounts = selectAccounts(data.accounts, filter, references)
    const groups = new Set(accounts.map(quotaGroupSubject).filter((subject) => subject !== null))
    const notices: Notice[] = [
      ...accounts.map(({ id }): Notice => ({ type: 'reset', account: id })),
      ...[...accounts.map(({ id }) => id), ...groups].map((subject): Notice => ({ type: 'clear', subject })),
    ]
    if (notices.length > 0) await (await this.#ledger()).record(notices)
    return this.show(references, filter)
  }

  async forgetLearned(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    const { data } = await this.#books()
    const accounts = selectAccounts(data.accounts, filter, references)
    const notices = accounts.map(({ id }): Notice => ({ type: 'forget', account: id }))
    if (notices.length > 0) await (await this.#ledger()).record(notices)
    return this.show(references, filter)
  }
}
