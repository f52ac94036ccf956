import type { Account } from '../account/account.ts'
import { quotaGroupSubject } from '../account/account.ts'
import type { Ledger, Notice } from '../quota/ledger.ts'
import type { Books } from './direct-quota.ts'
import { quotaDocumentOf, selectAccounts } from './direct-quota.ts'
import type { ExplainParts } from './explain-quota.ts'
import type { AccountFilter, ProviderRegistry, Quotas } from './toolkit.ts'
import type { ExplainDocument, ExplainQuery, QuotaDocument } from './views.ts'

export interface QuotasParts extends Pick<ExplainParts, 'settings' | 'proxies'> {
  books: () => Promise<Books>
  ledger: () => Promise<Ledger>
  providers: () => Promise<ProviderRegistry>
}

/** Quotas as the ledger of this home tells them. */
export class LedgerQuotas implements Quotas {
  readonly #books: () => Promise<Books>
  readonly #ledger: () => Promise<Ledger>
  readonly #parts: QuotasParts

  constructor(parts: QuotasParts) {
    this.#books = parts.books
    this.#ledger = parts.ledger
    this.#parts = parts
  }

  async show(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    return quotaDocumentOf(await this.#books(), filter, references)
  }

  async explain(query: ExplainQuery): Promise<ExplainDocument> {
    const { settings, proxies } = this.#parts
    const [books, providers] = await Promise.all([this.#books(), this.#parts.providers()])
    const { explainQuota } = await import('./explain-quota.ts')
    return explainQuota(query, { books, providers, settings, proxies })
  }

  async reset(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    const accounts = await this.#accounts(references, filter)
    const resets = accounts.map(({ id }): Notice => ({ type: 'reset', account: id }))
    await this.#record([...resets, ...endsOfCooldowns(accounts)])
    return this.show(references, filter)
  }

  async endCooldowns(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    await this.#record(endsOfCooldowns(await this.#accounts(references, filter)))
    return this.show(references, filter)
  }

  async forgetLearned(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    const accounts = await this.#accounts(references, filter)
    await this.#record(accounts.map(({ id }): Notice => ({ type: 'forget', account: id })))
    return this.show(references, filter)
  }

  async #accounts(references: string[], filter: AccountFilter): Promise<Account[]> {
    const { data } = await this.#books()
    return selectAccounts(data.accounts, filter, references)
  }

  async #record(notices: Notice[]): Promise<void> {
    if (notices.length > 0) await (await this.#ledger()).record(notices)
  }
}

/** Of the accounts and of what their providers count together with them. */
function endsOfCooldowns(accounts: Account[]): Notice[] {
  const groups = new Set(accounts.map(quotaGroupSubject).filter((subject) => subject !== null))
  return [...accounts.map(({ id }) => id), ...groups].map((subject) => ({ type: 'clear', subject }))
}
