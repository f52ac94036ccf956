import { QwenctlError } from '../../lib/base/errors.ts'
import type { AccountFilter, Toolkit } from '../../lib/toolkit/toolkit.ts'

/**
 * The full references of the accounts that a command was given, each once; without any, of all that the filter
 * leaves. All are looked up before the first is changed, so that a mistyped name changes nothing.
 */
export async function targetsOf(
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

/** The account that was named, else the default one, else the only one there is. */
export async function oneTarget(
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
  if (only === undefined) throw new QwenctlError('no_accounts', 'there is no account yet')
  throw new QwenctlError('missing_answer', `which of the ${accounts.length} accounts is not said`, {
    hint: 'name it, or choose one for good with qwenctl accounts default ACCOUNT',
  })
}
