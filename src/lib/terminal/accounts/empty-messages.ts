import { nearest } from '../../base/text/nearest.ts'
import type { AccountFilter } from '../../toolkit/toolkit.ts'
import type { AccountView } from '../../toolkit/views.ts'
import { printable } from '../format/text-width.ts'

/**
 * The advice for an empty list. `all`: the accounts without the filter, to suggest a near value from. `status`: the
 * only status that the list shows.
 */
export function formatEmpty(
  filter: AccountFilter,
  all: readonly AccountView[] = [],
  status?: string,
): string {
  if (status !== undefined)
    return `No account has the status ${status} now. List all accounts: qwenctl auth list`
  if (Object.keys(filter).length > 0) {
    return [...explainFilter(filter, all), 'No account matches. List all accounts: qwenctl auth list'].join(
      '\n',
    )
  }
  return [
    'No accounts yet. Add the first one:',
    '',
    '  qwenctl auth add                          asks for everything',
    '  qwenctl auth add work -p openai --key-env OPENAI_API_KEY',
    '  qwenctl auth add play -p sandbox          needs no key: replies are simulated',
  ].join('\n')
}

/** Returns a line for each value of the filter that no account has. */
function explainFilter(filter: AccountFilter, all: readonly AccountView[]): string[] {
  const known = {
    user: all.map(({ user }) => user),
    provider: all.map(({ provider }) => provider),
    group: all.flatMap(({ groups }) => groups),
  }
  return (['user', 'provider', 'group'] as const).flatMap((name) => {
    const wanted = filter[name]
    if (wanted === undefined || all.length === 0 || known[name].includes(wanted)) return []
    const near = nearest(wanted, known[name])
    const hint = near === null ? '' : ` Did you mean --${name} ${near}?`
    return [`No account has the ${name} "${printable(wanted)}".${hint}`]
  })
}
