import { formatCount } from '../../lib/base/text/count-noun.ts'
import { QwenctlError } from '../../lib/base/errors.ts'
import { inBatches } from '../../lib/base/in-batches.ts'
import type { NamedKey } from '../../lib/terminal/input/many-keys.ts'
import type { CheckResult, NewAccount, Toolkit } from '../../lib/toolkit/toolkit.ts'
import { findDefaultUser } from '../../lib/toolkit/settings/default-user.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { AT_ONCE } from './toolkit-command.ts'

/**
 * Adds an account for each key, with the same settings. Every account is checked first, and nothing is stored if one
 * cannot be added; with `verify`, also if the provider refuses a key. Throws `name_in_use`, `credentials_refused`,
 * `upstream_unavailable`, and the errors of `accounts.add`.
 */
export async function addMany(
  { accounts, settings }: Pick<Toolkit, 'accounts' | 'settings'>,
  keys: readonly NamedKey[],
  { base, verify }: { base: NewAccount; verify: boolean },
): Promise<AccountView[]> {
  const user = base.user ?? (await findDefaultUser(settings))
  const wanted = keys.map(({ name, key }): NewAccount => ({
    ...base,
    user,
    ...(name === null ? {} : { name }),
    secret: key,
  }))
  await refuseTaken(accounts, wanted, { provider: base.provider, user })
  for (const account of wanted) await accounts.checkNew(account)
  if (verify) {
    const results = await inBatches(wanted, AT_ONCE, (account) => accounts.checkCredential(account))
    refuseFailed(wanted, results)
    results.forEach(({ correctedBaseUrl }, index) => {
      const account = wanted[index]
      if (correctedBaseUrl !== undefined && account !== undefined) account.baseUrl = correctedBaseUrl
    })
  }
  const added: AccountView[] = []
  for (const account of wanted) added.push(await accounts.add(account))
  return added
}

async function refuseTaken(
  accounts: Toolkit['accounts'],
  wanted: readonly NewAccount[],
  { provider, user }: { provider: string; user: string },
): Promise<void> {
  const others = await accounts.list({ provider, user })
  const taken = wanted.flatMap(({ name }) => others.find((other) => other.name === name)?.name ?? [])
  if (taken.length === 0) return
  throw new QwenctlError('name_in_use', `there are already accounts ${taken.join(', ')} at ${provider}`, {
    hint: 'choose other names; nothing was stored',
  })
}

function refuseFailed(wanted: readonly NewAccount[], results: readonly CheckResult[]): void {
  const listFailed = (result: CheckResult['result']) =>
    results.flatMap((check, index) =>
      check.result === result ? [`${wanted[index]?.name ?? `key ${index + 1}`}: ${check.message}`] : [],
    )
  const refused = listFailed('refused')
  if (refused.length > 0) {
    throw new QwenctlError(
      'credentials_refused',
      `the provider refuses ${refused.length} of ${formatCount(wanted.length, 'key')} (${refused.join('; ')})`,
      { hint: 'nothing was stored; remove those keys, or store all unchecked with --no-verify' },
    )
  }
  const [unreachable] = listFailed('unreachable')
  if (unreachable === undefined) return
  throw new QwenctlError('upstream_unavailable', `the provider could not be reached (${unreachable})`, {
    hint: 'nothing was stored; check the base URL, or store all unchecked with --no-verify',
  })
}
