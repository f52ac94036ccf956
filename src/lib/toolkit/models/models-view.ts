import { formatTimeOrNull } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import type { ModelHolderView, ModelView } from '../../contract/models.ts'
import type { Provider } from '../../provider/provider.ts'
import { splitModel } from '../../rotation/rotation-request.ts'
import type { Toolkit } from '../toolkit.ts'
import type { AccountFilter } from '../accounts/account-inputs.ts'
import type { ModelBook } from './model-book.ts'
import { listFor } from './model-book.ts'

export type { ModelHolderView, ModelView }

/** The known models of the accounts in the filter, by name. Accounts without their provider have none. */
export async function knownModels(
  { accounts, models, providers }: Pick<Toolkit, 'accounts' | 'models' | 'providers'>,
  filter: AccountFilter,
): Promise<ModelView[]> {
  await models.read()
  const registry = await providers()
  const shown = new Set((await accounts.list(filter)).map(({ id }) => id))
  const records = (await accounts.records()).filter(
    ({ id, provider }) => shown.has(id) && registry.has(provider),
  )
  return modelViews(records, ({ provider }) => registry.get(provider), models)
}

/** The enabled accounts in the filter that need the list of their service, and have none yet. */
export async function findUnlisted(
  { accounts, models, providers }: Pick<Toolkit, 'accounts' | 'models' | 'providers'>,
  filter: AccountFilter,
): Promise<Account[]> {
  await models.read()
  const registry = await providers()
  const shown = new Set((await accounts.list(filter)).map(({ id }) => id))
  return (await accounts.records()).filter((account) => {
    if (!shown.has(account.id) || !account.enabled || account.models !== null) return false
    if (!registry.has(account.provider)) return false
    const { kind, simulated } = registry.get(account.provider)
    return kind === 'model' && !simulated && models.readList(account) === null
  })
}

/** Returns the names without a provider that no account is known to have. */
export async function findUnknownModels(
  toolkit: Pick<Toolkit, 'accounts' | 'models' | 'providers'>,
  names: readonly string[],
): Promise<string[]> {
  const providers = new Set((await toolkit.accounts.records()).map(({ provider }) => provider))
  const known = new Set((await knownModels(toolkit, {})).map(({ model }) => model))
  return names.filter((name) => {
    const { provider, model } = splitModel(name, (id) => providers.has(id))
    return provider === null && !known.has(model)
  })
}

/** The known models of these accounts, by name. */
export function modelViews(
  accounts: readonly Account[],
  providerOf: (account: Account) => Pick<Provider, 'models' | 'simulated'>,
  book: Pick<ModelBook, 'readList' | 'readAnswered'>,
): ModelView[] {
  const found = new Map<string, ModelHolderView[]>()
  const add = (model: string, holder: ModelHolderView) => {
    const holders = found.get(model)
    if (holders === undefined) found.set(model, [holder])
    else if (!holders.some(({ id }) => id === holder.id)) holders.push(holder)
  }
  for (const account of accounts) {
    const { id, user, provider, name, label = null, enabled } = account
    const service = providerOf(account)
    const list = account.models === null && !service.simulated ? book.readList(account) : null
    const listed = account.models !== null ? 'configured' : list !== null ? 'fetched' : 'documented'
    const of = (source: ModelHolderView['source'], at: number | null) => ({
      id,
      user,
      provider,
      name,
      label,
      enabled,
      source,
      at: formatTimeOrNull(at),
    })
    for (const { id: model } of listFor(account, service, book)) add(model, of(listed, list?.at ?? null))
    if (account.models !== null) continue
    for (const [model, at] of book.readAnswered(account)) add(model, of('answered', at))
  }
  return [...found]
    .map(([model, holders]) => ({ model, accounts: holders }))
    .sort((a, b) => (a.model < b.model ? -1 : 1))
}
