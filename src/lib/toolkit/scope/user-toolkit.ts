// The toolkit of one user. A proxy of one user has it, and so do the tokens and client keys of users. Objects of other
// users are invisible, not counted and unchangeable. Every part defines its restriction here, so a new part cannot be
// forgotten.

import { QwenctlError } from '../../base/errors.ts'
import { findAccountCaps } from '../../rotation/caps.ts'
import type { HistoryBooks } from '../history/history-views.ts'
import { readAccountCapKey } from '../settings/caps-settings.ts'
import type { AccountFilter } from '../accounts/account-inputs.ts'
import type { Archive } from '../accounts/account-archive.ts'
import type { Logins } from '../login/logins.ts'
import type { Quotas } from '../quota/quotas.ts'
import type { Settings } from '../settings/settings.ts'
import type { ManagedToolkit } from './managed-toolkit.ts'
import { UserAccounts } from './user-accounts.ts'
import { ownFilter } from './own-filter.ts'
import { assignToUser } from './assign-to-user.ts'

export function scopeToUser(toolkit: ManagedToolkit, user: string): ManagedToolkit {
  const { admin, home, models } = toolkit
  return {
    admin,
    home,
    models, // describes only an account that it receives
    accounts: new UserAccounts(toolkit.accounts, user),
    archive: userArchive(toolkit.archive, user),
    batches: toolkit.batches.ofUser(user),
    history: userHistory(toolkit.history, user),
    jobs: toolkit.jobs.ofUser(user),
    keys: toolkit.keys.ofUser(user),
    logins: userLogins(toolkit.logins, user),
    quotas: userQuotas(toolkit.quotas, user),
    settings: userSettings(toolkit, user),
    providers: () => toolkit.providers(),
    watchAccounts: (onChange) => toolkit.watchAccounts(onChange),
    watchKeys: (onChange) => toolkit.watchKeys(onChange),
  }
}

function userArchive(archive: Archive, user: string): Archive {
  const own = async (id: string) => (await archive.find(id, { user })).id
  return {
    list: (filter) => archive.list(ownFilter(user, filter)),
    find: (reference, filter) => archive.find(reference, ownFilter(user, filter)),
    restore: async (id, name) => archive.restore(await own(id), name),
    purge: async (id) => archive.purge(await own(id)),
  }
}

function userQuotas(quotas: Quotas, user: string): Quotas {
  const own = (filter?: AccountFilter) => ownFilter(user, filter)
  return {
    show: (references, filter) => quotas.show(references, own(filter)),
    explain: async (query) => {
      const document = await quotas.explain(ownFilter(user, query))
      return { ...document, asked: { ...document.asked, user: query.user ?? user } }
    },
    refresh: (references, filter) => quotas.refresh(references, own(filter)),
    reset: (references, filter) => quotas.reset(references, own(filter), { ofProviders: false }),
    endCooldowns: (references, filter) =>
      quotas.endCooldowns(references, own(filter), { ofProviders: false }),
    forgetLearned: (references, filter) => quotas.forgetLearned(references, own(filter)),
  }
}

function userHistory(history: HistoryBooks, user: string): HistoryBooks {
  return {
    show: (query) => history.show({ ...ownFilter(user, query), viewer: user }),
    compare: (query) => history.compare(ownFilter(user, query)),
    stats: (reference, query) => history.stats(reference, ownFilter(user, query)),
  }
}

function userLogins(logins: Logins, user: string): Logins {
  return {
    begin: (wanted, overrides, options) => logins.begin(assignToUser(user, wanted), overrides, options),
  }
}

function userSettings(
  { settings, accounts }: Pick<ManagedToolkit, 'settings' | 'accounts'>,
  user: string,
): Settings {
  const refuse = (): never => {
    throw new QwenctlError(
      'forbidden',
      `settings apply to all users, and the user ${user} may change only their own data`,
      { hint: 'change them on the machine with qwenctl config set' },
    )
  }
  return {
    path: settings.path,
    list: async () => {
      const own = (await accounts.records()).filter((account) => account.user === user)
      // A cap names its account.
      const { unknown } = findAccountCaps(await settings.caps(), own)
      const hidden = new Set(unknown.map(readAccountCapKey))
      return (await settings.list()).filter(({ key }) => !hidden.has(key))
    },
    get: async (key) => (key === 'user' ? user : settings.get(key)),
    set: async () => refuse(),
    unset: async () => refuse(),
    check: async () => refuse(),
    aliases: () => settings.aliases(),
    prices: () => settings.prices(),
    priceTable: () => settings.priceTable(),
    caps: () => settings.caps(),
    unknown: () => settings.unknown(),
  }
}
