import type { Account } from '../../account/account.ts'
import type { TokenSet } from '../login/token-set.ts'
import type { CheckedSettings } from './account-fields.ts'
import type { AccountSecrets } from './account-secrets.ts'

interface GivenCredential {
  secret: string | null
  tokens: TokenSet | undefined
}

/** Checked settings in their stored form: every field that may contain a secret is sealed for this account. */
export async function sealChanges(
  secrets: AccountSecrets,
  account: Account,
  { egressProxy, ...plain }: CheckedSettings,
  { secret, tokens }: GivenCredential,
): Promise<Partial<Account>> {
  const changes: Partial<Account> = { ...plain }
  if (secret !== null) changes.credential = await secrets.sealKey(account, secret)
  if (tokens !== undefined) changes.credential = await secrets.sealTokens(account, tokens)
  if (egressProxy === null) changes.egressProxy = null
  else if (egressProxy !== undefined) {
    const sealed = await secrets.seal(account, egressProxy.url)
    changes.egressProxy = { sealed, shown: egressProxy.shown }
  }
  return changes
}

/** Whether the account uses the base URL that its login named, and not one that its user set. */
export async function isAtNamedBase(secrets: AccountSecrets, account: Account): Promise<boolean> {
  if (account.baseUrl === null || account.credential.type !== 'oauth') return account.baseUrl === null
  const before = await secrets.openTokens(account).catch(() => null)
  return before?.baseUrl === account.baseUrl
}
