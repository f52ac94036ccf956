import { allowsModel, mayServe } from '../../account/client-key.ts'
import type { ClientKey } from '../../account/client-key.ts'
import type { AccountFilter } from '../../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import { scopeToUser } from '../../toolkit/scope/user-toolkit.ts'
import type { ExplainDocument, ExplainQuery, QuotaDocument } from '../../toolkit/views.ts'
import type { ModelView } from '../../toolkit/models/models-view.ts'
import { knownModels } from '../../toolkit/models/models-view.ts'

/** The part of the home that a caller of MCP sees and may change. */
export interface McpView {
  /** Limited to the caller's user, if it has one. */
  toolkit: ManagedToolkit
  /** The only user that the caller sees; null: all. */
  user: string | null
  /** The client key of the caller: only its accounts, models and requests are visible. Null: none. */
  key: ClientKey | null
  canWrite: boolean
  clock: () => number
}

/** The view of a client key, within what the proxy serves. */
export function viewOfKey(toolkit: ManagedToolkit, key: ClientKey, clock: () => number): McpView {
  const { user } = key
  return { toolkit: user === null ? toolkit : scopeToUser(toolkit, user), user, key, canWrite: false, clock }
}

/** The document of `quota show --json` for the accounts that the caller may use. */
export async function showQuota(
  { toolkit, key }: McpView,
  references: string[],
  filter: AccountFilter,
): Promise<QuotaDocument> {
  const document = await toolkit.quotas.show(references, filter)
  if (key === null) return document
  const ids = document.accounts.filter((account) => mayServe(key, account)).map(({ id }) => id)
  if (ids.length === document.accounts.length) return document
  if (ids.length > 0) return toolkit.quotas.show(ids)
  const none = { accounts: 0, ready: 0, requests: 0, inputTokens: 0, outputTokens: 0 }
  return { ...document, accounts: [], totals: { ...none, remaining: null, remainingMinute: null } }
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
