import { allowsModel, mayServe } from '../../account/client-key.ts'
import type { ClientKey } from '../../account/client-key.ts'
import type { Account } from '../../account/account.ts'
import type { AccountFilter } from '../../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import { scopeToUser } from '../../toolkit/scope/user-toolkit.ts'
import type { ExplainDocument, ExplainQuery, QuotaDocument } from '../../toolkit/views.ts'
import type { ModelView } from '../../toolkit/models/models-view.ts'
import { knownModels } from '../../toolkit/models/models-view.ts'
import { selectAccounts } from '../../toolkit/quota/direct-quota.ts'
import { sumViews } from '../../toolkit/quota/quota-view.ts'

/** The kinds of callers. Each sees more than the one before it. */
export type Access = 'key' | 'user' | 'admin'

/** The part of the home that a caller of MCP sees and may change. */
export interface McpView {
  /** Limited to the caller's user, if it has one. */
  toolkit: ManagedToolkit
  /** The only user that the caller sees; null: all. */
  user: string | null
  /** Only `admin` may see what belongs to no user. A program on this machine counts as the administrator. */
  access: Access
  /** The client key of the caller: only its accounts, models and requests are visible. Null: none. */
  key: ClientKey | null
  canWrite: boolean
  clock: () => number
}

/** The view of a client key, within what the proxy serves. */
export function viewOfKey(toolkit: ManagedToolkit, key: ClientKey, clock: () => number): McpView {
  const { user } = key
  const own = user === null ? toolkit : scopeToUser(toolkit, user)
  return { toolkit: own, user, access: 'key', key, canWrite: false, clock }
}

/** A text per caller: a client key, a user, or the administrator. */
export function identifyCaller({ access, user, key }: McpView): string {
  return JSON.stringify([access, key?.id ?? user])
}

/**
 * The accounts that a client key may use; without references all that match the filter. Other accounts are never
 * named, not as candidates and not as similar names. Throws `account_not_found`, `ambiguous_account`.
 */
export async function selectVisible(
  toolkit: ManagedToolkit,
  key: ClientKey,
  { references, filter }: { references: string[]; filter: AccountFilter },
): Promise<Account[]> {
  const visible = (await toolkit.accounts.records()).filter((account) => mayServe(key, account))
  return selectAccounts(visible, filter, references)
}

/** The document of `quota show --json` for the accounts that the caller may use. */
export async function showQuota(
  { toolkit, key }: McpView,
  references: string[],
  filter: AccountFilter,
): Promise<QuotaDocument> {
  if (key === null) return toolkit.quotas.show(references, filter)
  const selected = await selectVisible(toolkit, key, { references, filter })
  const document = await toolkit.quotas.show([])
  const views = new Map(document.accounts.map((view) => [view.id, view]))
  const accounts = selected.flatMap(({ id }) => views.get(id) ?? [])
  return { ...document, accounts, totals: sumViews(accounts) }
}

/** The document of `quota explain --json` for the accounts that the caller may use. */
export async function explainQuota(view: McpView, query: ExplainQuery): Promise<ExplainDocument> {
  const { toolkit, key } = view
  if (key === null) return toolkit.quotas.explain(query)
  const document = await toolkit.quotas.explain({ ...query, key: key.id })
  const visible = new Set((await showQuota(view, [], {})).accounts.map(({ id }) => id))
  return { ...document, accounts: document.accounts.filter(({ id }) => visible.has(id)) }
}

/** The models that the caller may use, with their accounts. */
export async function listModels({ toolkit, key }: McpView, filter: AccountFilter): Promise<ModelView[]> {
  const models = await knownModels(toolkit, filter)
  if (key === null) return models
  const records = new Map((await toolkit.accounts.records()).map((account) => [account.id, account]))
  const isVisible = (id: string) => {
    const account = records.get(id)
    return account !== undefined && mayServe(key, account)
  }
  return models
    .filter(({ model }) => allowsModel(key, model))
    .map(({ model, accounts }) => ({ model, accounts: accounts.filter(({ id }) => isVisible(id)) }))
    .filter(({ accounts }) => accounts.length > 0)
}
