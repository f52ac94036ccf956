import { QwenctlError } from '../../base/errors.ts'
import type { AccountSecrets } from './account-secrets.ts'
import type { AccountFilter, NewAccount } from './account-inputs.ts'
import type { Accounts } from './accounts.ts'

/**
 * A new account with the settings of another, ready to be checked and added. Without a `secret` it gets the same key.
 * Throws `invalid_usage` for a login, because only one account may renew its tokens.
 */
export async function prepareClone(
  parts: { accounts: Pick<Accounts, 'find'>; secrets: AccountSecrets },
  reference: string,
  name: string,
  options: { secret: string | null; filter?: AccountFilter },
): Promise<NewAccount> {
  const account = await parts.accounts.find(reference, options.filter)
  const { user, provider, groups, priority, weight, baseUrl, quotaGroup, models } = account
  const { service = null, authHeader = null, anthropicBaseUrl = null } = account
  if (account.credential.type === 'oauth' && options.secret === null) {
    throw new QwenctlError(
      'invalid_usage',
      `${provider}/${account.name} has a login, which two accounts cannot share`,
      {
        hint: 'log in for the new account with qwenctl auth add, or give a key with --key-stdin',
      },
    )
  }
  const opened = await parts.secrets.openAll(account)
  const secret = options.secret ?? opened.credential
  return {
    user,
    provider,
    name,
    groups,
    priority,
    weight,
    baseUrl,
    quotaGroup,
    models,
    ...(service === null ? {} : { service }),
    ...(authHeader === null ? {} : { authHeader }),
    ...(anthropicBaseUrl === null ? {} : { anthropicBaseUrl }),
    egressProxy: opened.egressProxy ?? null,
    ...(account.limits === null ? {} : { limits: account.limits }),
    ...(secret === undefined ? {} : { secret }),
  }
}
