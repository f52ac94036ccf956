import type { Account } from '../../account/account.ts'
import { plainAccount } from '../../account/account.ts'
import { checkName } from '../../account/name.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import { makeAccountId } from '../../store/new-id.ts'
import { inField } from '../settings/in-field.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { AddressRules, CheckedSettings } from './account-fields.ts'
import { canLackKey, checkSecret, checkSettings, missingSecret } from './account-fields.ts'
import type { NewAccount } from './account-inputs.ts'
import { freePlace } from './account-place.ts'
import { missingService } from './service-fields.ts'

export interface NewAccountParts {
  document: JsonDocument<AccountsData>
  providers: () => Promise<ProviderRegistry>
  /** The user of accounts that name none. */
  defaultUser: () => Promise<string>
  addressRules: () => Promise<AddressRules>
}

/** A new account that can be added. */
export interface CheckedAccount {
  place: Pick<Account, 'user' | 'provider'>
  /** The requested name; null: none. */
  name: string | null
  /** The name that it would get now. */
  freeNow: string
  settings: CheckedSettings
  /** Null: it has a login, or needs no key. */
  secret: string | null
  /** The accounts of the home. */
  accounts: Account[]
}

/** Checks a new account without asking its provider. Throws what `Accounts.add` throws. */
export async function checkNewAccount(parts: NewAccountParts, wanted: NewAccount): Promise<CheckedAccount> {
  const registry = await parts.providers()
  const provider = inField('provider', () => registry.get(wanted.provider))
  const owner = wanted.user ?? (await parts.defaultUser())
  const user = inField('user', () => checkName('user', owner))
  const name = wanted.name === undefined ? null : checkAccountName(wanted.name)
  const baseUrl = wanted.baseUrl ?? wanted.tokens?.baseUrl ?? null
  const settings = checkSettings({ ...wanted, baseUrl }, provider, await parts.addressRules())
  if (provider.id === 'http' && settings.service == null) throw missingService()
  const secret = wanted.secret === undefined ? null : checkSecret(wanted.secret)
  const needsKey = !canLackKey({ ...wanted, baseUrl: settings.baseUrl }, provider)
  if (secret === null && wanted.tokens === undefined && needsKey) throw missingSecret(provider)
  const { accounts } = await parts.document.read()
  const place = { user, provider: provider.id }
  const freeNow = freePlace(accounts, { ...place, name, label: settings.label ?? null })
  return { place, name, freeNow, settings, secret, accounts }
}

/** The record of a checked account, without its settings. */
export function buildAccount({ place, freeNow }: CheckedAccount, createdAt: string): Account {
  return plainAccount({ id: makeAccountId(), ...place, name: freeNow, createdAt })
}

export function checkAccountName(name: string): string {
  return inField('name', () => checkName('account', name))
}
