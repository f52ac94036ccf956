import type { Account } from '../../account/account.ts'
import { plainAccount } from '../../account/account.ts'
import { checkName } from '../../account/name.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Provider } from '../../provider/provider.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import { makeAccountId } from '../../store/new-id.ts'
import { FieldFaults } from '../settings/field-faults.ts'
import { inField } from '../settings/in-field.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { AddressRules, CheckedSettings } from './account-fields.ts'
import { canLackKey, checkOwnSettings, checkSecret, checkSettings, missingSecret } from './account-fields.ts'
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

/**
 * Checks a new account without asking its provider. Throws what `Accounts.add` throws, with every invalid field.
 */
export async function checkNewAccount(parts: NewAccountParts, wanted: NewAccount): Promise<CheckedAccount> {
  const registry = await parts.providers()
  const owner = wanted.user ?? (await parts.defaultUser())
  const rules = await parts.addressRules()
  const faults = new FieldFaults()
  const provider = faults.check(() => inField('provider', () => registry.get(wanted.provider)))
  const user = faults.check(() => inField('user', () => checkName('user', owner)))
  const name = faults.check(() => (wanted.name === undefined ? null : checkAccountName(wanted.name)))
  const settings =
    provider === undefined
      ? checkOwnSettings(wanted, faults)
      : faults.check(() => checkProviderSettings(wanted, provider, rules))
  const secret = faults.check(() => (wanted.secret === undefined ? null : checkSecret(wanted.secret)))
  faults.throwAny()
  if (provider === undefined || user === undefined || settings === undefined)
    throw new QwenctlError('internal', 'a check of an account failed without a fault')
  const needsKey = !canLackKey({ ...wanted, baseUrl: settings.baseUrl }, provider)
  if (wanted.secret === undefined && wanted.tokens === undefined && needsKey) throw missingSecret(provider)
  const { accounts } = await parts.document.read()
  const place = { user, provider: provider.id }
  const freeNow = freePlace(accounts, { ...place, name: name ?? null, label: settings.label ?? null })
  return { place, name: name ?? null, freeNow, settings, secret: secret ?? null, accounts }
}

function checkProviderSettings(wanted: NewAccount, provider: Provider, rules: AddressRules): CheckedSettings {
  const baseUrl = wanted.baseUrl ?? wanted.tokens?.baseUrl ?? null
  const settings = checkSettings({ ...wanted, baseUrl }, provider, rules)
  if (provider.id === 'http' && settings.service == null) throw missingService()
  return settings
}

/** The record of a checked account, without its settings. */
export function buildAccount({ place, freeNow }: CheckedAccount, createdAt: string): Account {
  return plainAccount({ id: makeAccountId(), ...place, name: freeNow, createdAt })
}

export function checkAccountName(name: string): string {
  return inField('name', () => checkName('account', name))
}
