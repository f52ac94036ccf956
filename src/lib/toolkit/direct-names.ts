import type { Account } from '../account/account.ts'
import { fullReference } from '../account/account.ts'
import { openAccountsDocument } from '../store/documents/accounts-document.ts'
import type { Home } from '../store/home.ts'
import { openJobsDocument } from '../store/documents/jobs-document.ts'
import { openKeysDocument } from '../store/documents/keys-document.ts'
import { openTemplatesDocument } from '../store/documents/templates-document.ts'
import { settingsTable } from './settings/settings-table.ts'

/** A completion: the value to type, and a short description. */
export interface NameView {
  value: string
  summary: string
  /** The full reference of the account that the value names. */
  account?: string
}

export type NameKind =
  | 'archived'
  | 'template'
  | 'account'
  | 'group'
  | 'provider'
  | 'user'
  | 'key'
  | 'setting'
  | 'setting-value'
  | 'job'
  | 'batch'
  | 'model'

/** Names from the store alone: no plugin is loaded and nothing is unlocked. */
export async function readNames(
  home: Home,
  kind: NameKind,
  filter: { user?: string; provider?: string; setting?: string },
): Promise<NameView[]> {
  if (kind === 'setting')
    return settingsTable.map(({ key, description }) => ({ value: key, summary: description }))
  if (kind === 'setting-value') return settingValues(filter.setting)
  if (kind === 'key') {
    const { keys } = await openKeysDocument(home).read()
    return distinct(keys.filter(({ isTemporary }) => !isTemporary).map(({ name }) => name))
  }
  if (kind === 'job') return distinct((await openJobsDocument(home).read()).jobs.map(({ name }) => name))
  if (kind === 'batch') return batchNames(home)
  if (kind === 'template')
    return distinct((await openTemplatesDocument(home).read()).templates.map(({ name }) => name))
  const { accounts, archived } = await openAccountsDocument(home).read()
  if (kind === 'provider') return providerNames(accounts)
  const chosen = accounts.filter(
    ({ user, provider }) =>
      (filter.user === undefined || user === filter.user) &&
      (filter.provider === undefined || provider === filter.provider),
  )
  if (kind === 'archived')
    return distinct(archived.map(({ user, provider, name }) => fullReference({ user, provider, name })))
  if (kind === 'user') return distinct(accounts.map(({ user }) => user))
  if (kind === 'group') return distinct(chosen.flatMap(({ groups }) => groups))
  if (kind === 'model') return modelNames(home, chosen)
  return accountNames(chosen, accounts)
}

/** The models that the accounts are known to have; accounts at providers of plugins add none. */
async function modelNames(home: Home, accounts: readonly Account[]): Promise<NameView[]> {
  const [{ ModelBook }, { modelViews }, { builtinProviders }] = await Promise.all([
    import('./models/model-book.ts'),
    import('./models/models-view.ts'),
    import('../provider/builtin/index.ts'),
  ])
  const book = new ModelBook(home, Date.now)
  await book.read()
  const services = new Map(builtinProviders.map((provider) => [provider.id, provider]))
  const known = accounts.filter(({ provider }) => services.has(provider))
  return distinct(
    modelViews(known, ({ provider }) => services.get(provider)!, book).map(({ model }) => model),
  )
}

async function batchNames(home: Home): Promise<NameView[]> {
  const { BatchRecords } = await import('./batch/batch-records.ts')
  return new BatchRecords(home).list().map(({ id, status, file }) => ({
    value: id,
    summary: `${status}, ${file}`,
  }))
}

/** The values of a setting that takes one of a few. */
function settingValues(key: string | undefined): NameView[] {
  const type = settingsTable.find((row) => row.key === key)?.type
  const values = type?.kind === 'choice' ? type.of : type?.kind === 'boolean' ? ['true', 'false'] : []
  return values.map((value) => ({ value, summary: '' }))
}

/** All forms of a reference that fits one account alone: the name, with its provider, and with its user. */
function accountNames(chosen: Account[], all: Account[]): NameView[] {
  const users = new Set(all.map(({ user }) => user)).size
  const byName = countBy(all, ({ name }) => name)
  const byPlace = countBy(all, joinPlace)
  const summarize = ({ enabled }: Account) => (enabled ? 'account' : 'account, disabled')
  const bare = chosen
    .filter(({ name }) => byName.get(name) === 1)
    .map((one) => ({ value: one.name, summary: `account at ${one.provider}`, account: fullReference(one) }))
  const short = chosen
    .filter((one) => users > 1 && byPlace.get(joinPlace(one)) === 1)
    .map((one) => ({ value: joinPlace(one), summary: summarize(one), account: fullReference(one) }))
  const full = chosen.map((one) => ({
    value: users > 1 ? fullReference(one) : joinPlace(one),
    summary: summarize(one),
    account: fullReference(one),
  }))
  return [...bare, ...short, ...full]
}

function joinPlace({ provider, name }: Account): string {
  return `${provider}/${name}`
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}

/** Providers of plugins appear once an account uses one. */
async function providerNames(accounts: Account[]): Promise<NameView[]> {
  // Loading the providers checks the time zones of their limits, which takes longer than all the rest.
  const { builtinProviders } = await import('../provider/builtin/index.ts')
  const builtin = builtinProviders.map(({ id, label }) => ({ value: id, summary: label }))
  const known = new Set(builtin.map(({ value }) => value))
  return [...builtin, ...distinct(accounts.map(({ provider }) => provider).filter((id) => !known.has(id)))]
}

function distinct(values: string[]): NameView[] {
  return [...new Set(values)].sort().map((value) => ({ value, summary: '' }))
}
