import { askChoice, askSeveral, canAsk } from '../../lib/terminal/input/prompt.ts'
import type { Choice } from '../../lib/terminal/input/prompt.ts'
import { statusText } from '../../lib/toolkit/quota/status-text.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { AccountFilter, Toolkit } from '../../lib/toolkit/toolkit.ts'

/**
 * The full references of the given accounts without duplicates, or of all accounts that match the filter. Every
 * reference is resolved before the first change, so a mistyped name changes nothing.
 */
export async function resolveTargets(
  toolkit: Toolkit,
  references: string[],
  filter: AccountFilter,
): Promise<string[]> {
  if (references.length > 0) {
    const ids: string[] = []
    for (const reference of references) ids.push((await toolkit.accounts.find(reference, filter)).id)
    return [...new Set(ids)]
  }
  return (await toolkit.accounts.list(filter)).map((account) => account.id)
}

/** The named account, else the default one, else the only one. */
export async function findOneTarget(
  toolkit: Toolkit,
  reference: string | undefined,
  filter: AccountFilter,
): Promise<string> {
  if (reference !== undefined) return reference
  const chosen = await toolkit.accounts.getDefault()
  if (chosen !== null) return chosen.id
  const accounts = await toolkit.accounts.list(filter)
  const [only, ...others] = accounts
  if (only !== undefined && others.length === 0) return only.id
  if (only === undefined) throw new QwenctlError('no_accounts', 'there are no accounts yet')
  if (canAsk()) return chooseOne(accounts, 'Account')
  throw new QwenctlError('missing_answer', `Which account? You have ${accounts.length}`, {
    hint: 'name one, or set a default with qwenctl accounts default ACCOUNT',
  })
}

/** The named account, else one chosen from a list. Throws `invalid_usage` without a terminal. */
export async function findNamedTarget(
  toolkit: Toolkit,
  reference: string | undefined,
  { verb, filter }: { verb: string; filter: AccountFilter },
): Promise<string> {
  if (reference !== undefined) return reference
  const accounts = canAsk() ? await toolkit.accounts.list(filter) : []
  if (accounts.length > 0) return chooseOne(accounts, `Account to ${verb}`)
  throw new QwenctlError('invalid_usage', `Name the account to ${verb}`, {
    hint: 'qwenctl auth list shows the accounts',
  })
}

/**
 * The named accounts, else those that match the filter, else those chosen from a list. Throws `invalid_usage`
 * without a terminal.
 */
export async function findNamedTargets(
  toolkit: Toolkit,
  references: string[],
  { verb, filter }: { verb: string; filter: AccountFilter },
): Promise<string[]> {
  const isNarrowed = filter.group !== undefined || filter.provider !== undefined
  if (references.length > 0 || isNarrowed) return resolveTargets(toolkit, references, filter)
  const accounts = canAsk() ? await toolkit.accounts.list(filter) : []
  if (accounts.length === 0) {
    throw new QwenctlError('invalid_usage', `Name the accounts to ${verb}`, {
      hint: 'or give --group GROUP or --provider PROVIDER',
    })
  }
  return askSeveral(
    { message: `Accounts to ${verb}`, subject: 'the accounts', flag: 'ACCOUNT...' },
    buildChoices(accounts),
  )
}

function chooseOne(accounts: AccountView[], message: string): Promise<string> {
  return askChoice({ message, subject: 'the account', flag: 'ACCOUNT' }, buildChoices(accounts))
}

function buildChoices(accounts: AccountView[]): Choice[] {
  return accounts.map((account) => ({
    value: account.id,
    name: shownName(account),
    description: statusText(account),
  }))
}
