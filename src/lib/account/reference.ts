import { nearest } from '../base/text/nearest.ts'
import { QwenctlError } from '../base/errors.ts'
import { fullReference } from './account.ts'
import type { Account } from './account.ts'
import { redact } from './mask.ts'

export interface ReferenceFilter {
  user?: string
  provider?: string
  group?: string
}

const REFERENCE = /^(?:(?<user>[^:/]+):)?(?:(?<provider>[^:/]+)\/)?(?<name>[^:/]+)$/
const LISTED = 10

/**
 * Finds the one account meant by `name`, `provider/name`, `user:provider/name`, `user:name` or the id. The filter
 * bounds the search. A label names an account too, if no name fits. Throws `account_not_found`, or
 * `ambiguous_account` that lists the candidates.
 */
export function resolveReference(
  accounts: Account[],
  reference: string,
  filter: ReferenceFilter = {},
): Account {
  const pool = accounts.filter((account) => passes(account, filter))
  const found = candidates(pool, reference)
  const [first] = found
  if (first === undefined) throw notFound(pool, reference, filter)
  if (found.length > 1) throw ambiguous(found, reference)
  return first
}

function passes(account: Account, filter: ReferenceFilter): boolean {
  return (
    (filter.user === undefined || account.user === filter.user) &&
    (filter.provider === undefined || account.provider === filter.provider) &&
    (filter.group === undefined || account.groups.includes(filter.group))
  )
}

function candidates(pool: Account[], reference: string): Account[] {
  const byId = pool.filter((account) => account.id === reference)
  if (byId.length > 0) return byId
  const byName = candidatesByName(pool, reference)
  return byName.length > 0 ? byName : pool.filter(({ label }) => label === reference)
}

function candidatesByName(pool: Account[], reference: string): Account[] {
  const parts = REFERENCE.exec(reference)?.groups
  if (parts === undefined) return []
  const { user, provider, name } = parts
  return pool.filter(
    (account) =>
      account.name === name &&
      (provider === undefined || account.provider === provider) &&
      (user === undefined || account.user === user),
  )
}

function ambiguous(found: Account[], reference: string): QwenctlError {
  const references = found.map(fullReference)
  const shown = references.slice(0, LISTED).join(', ')
  const rest = references.length > LISTED ? ` and ${references.length - LISTED} more` : ''
  return new QwenctlError(
    'ambiguous_account',
    `"${reference}" fits ${found.length} accounts: ${shown}${rest}`,
    {
      hint: `name one in full, for example ${references[0]}`,
      details: { candidates: references },
    },
  )
}

function notFound(pool: Account[], reference: string, filter: ReferenceFilter): QwenctlError {
  const where = Object.entries(filter).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key} "${value}"`],
  )
  // A key pasted in place of a name must not be echoed.
  const shown = redact(reference.slice(0, 200), [])
  const message = `no account "${shown}"${where.length > 0 ? ` with ${where.join(' and ')}` : ''}`
  const near = nearest(reference, pool.flatMap(listForms))
  return new QwenctlError(
    'account_not_found',
    message,
    near === null ? {} : { hint: `did you mean ${near}?` },
  )
}

function listForms(account: Account): string[] {
  return [account.name, `${account.provider}/${account.name}`, fullReference(account)]
}
