import type { Account } from '../../account/account.ts'
import { providerSubject, quotaGroupSubject } from '../../account/account.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { StoreSnapshot } from './direct-quota.ts'
import { buildQuotaDocument, selectAccounts } from './direct-quota.ts'
import type { ExplainParts } from './explain-quota.ts'
import type { PlanWindow } from '../../provider/plans/plan-reader.ts'
import type { Home } from '../../store/home.ts'
import type { AccountFilter } from '../accounts/account-inputs.ts'
import type { CooldownEnds, PlanRefresh, Quotas } from './quotas.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { ExplainDocument, ExplainQuery, QuotaDocument } from '../views.ts'

export interface QuotasParts extends Pick<
  ExplainParts,
  'settings' | 'models' | 'proxies' | 'keys' | 'isInFlight' | 'placements'
> {
  books: () => Promise<StoreSnapshot>
  ledger: () => Promise<Ledger>
  providers: () => Promise<ProviderRegistry>
  home: Home
  planOf: (account: Account, allowsUnofficial: boolean) => Promise<PlanWindow[] | null>
}

/** Quotas from the ledger of this home. */
export class LedgerQuotas implements Quotas {
  readonly #books: () => Promise<StoreSnapshot>
  readonly #ledger: () => Promise<Ledger>
  readonly #parts: QuotasParts

  constructor(parts: QuotasParts) {
    this.#books = parts.books
    this.#ledger = parts.ledger
    this.#parts = parts
  }

  async show(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    return buildQuotaDocument(await this.#books(), filter, references)
  }

  async explain(query: ExplainQuery): Promise<ExplainDocument> {
    const { settings, models, proxies, keys, isInFlight, placements } = this.#parts
    const [books, providers] = await Promise.all([this.#books(), this.#parts.providers()])
    const { explainQuota } = await import('./explain-quota.ts')
    const parts = { books, providers, settings, models, proxies, keys, isInFlight, placements }
    return explainQuota(query, parts)
  }

  async refresh(references: string[], filter: AccountFilter = {}): Promise<PlanRefresh> {
    const { accounts, state } = await this.#selected(references, filter)
    const { refreshPlans } = await import('../plans/refresh-all.ts')
    const { home, settings, planOf } = this.#parts
    const now = (await this.#ledger()).now()
    const allowsUnofficial = Boolean(await settings.get('plans.unofficial'))
    const asked = (account: Account) => planOf(account, allowsUnofficial)
    const { notices, failures } = await refreshPlans(accounts, { file: home.plansFile, state, now, asked })
    await this.#record(notices)
    return { document: await this.show(references, filter), failures }
  }

  async reset(
    references: string[],
    filter: AccountFilter = {},
    ends: CooldownEnds = {},
  ): Promise<QuotaDocument> {
    const { accounts, state } = await this.#selected(references, filter)
    const resets = accounts.map(({ id }): Notice => ({ type: 'reset', account: id }))
    await this.#record([...resets, ...listCooldownEnds(accounts, state, ends)])
    return this.show(references, filter)
  }

  async endCooldowns(
    references: string[],
    filter: AccountFilter = {},
    ends: CooldownEnds = {},
  ): Promise<QuotaDocument> {
    const { accounts, state } = await this.#selected(references, filter)
    await this.#record(listCooldownEnds(accounts, state, ends))
    return this.show(references, filter)
  }

  async forgetLearned(references: string[], filter: AccountFilter = {}): Promise<QuotaDocument> {
    const { accounts } = await this.#selected(references, filter)
    await this.#record(accounts.map(({ id }): Notice => ({ type: 'forget', account: id })))
    return this.show(references, filter)
  }

  async #selected(references: string[], filter: AccountFilter) {
    const { data, state } = await this.#books()
    return { accounts: selectAccounts(data.accounts, filter, references), state }
  }

  async #record(notices: Notice[]): Promise<void> {
    if (notices.length > 0) await (await this.#ledger()).record(notices)
  }
}

/** Ends the cooldowns of the accounts, of their quota groups, and of their providers if those have any. */
function listCooldownEnds(
  accounts: Account[],
  state: LedgerState,
  { ofProviders = true }: CooldownEnds,
): Notice[] {
  const own = accounts.flatMap((account) => [account.id, quotaGroupSubject(account)])
  const providers = (ofProviders ? accounts : [])
    .map((account) => providerSubject(account))
    .filter((subject) => (state.subjects.get(subject)?.cooldowns.size ?? 0) > 0)
  const subjects = new Set([...own, ...providers].filter((subject) => subject !== null))
  return [...subjects].map((subject) => ({ type: 'clear', subject }))
}
