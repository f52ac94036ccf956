import type { z } from 'zod'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import type { HistoryDocument, HistoryQuery, HistorySpan } from '../../toolkit/history/history-views.ts'
import { parseEnd, parseInstant } from '../input/parse-instant.ts'
import { route } from '../route.ts'
import type { statsQuery } from '../../contract/history.ts'
import * as schemas from '../../contract/history.ts'
import { buildFilter } from './filter.ts'
import { knownAccount } from './accounts/known-account.ts'

/** Usage hour by hour and day by day. */
export const historyRoutes = [
  route({
    method: 'GET',
    path: '/api/history',
    access: 'user',
    summary: 'Show past usage',
    about: 'Default: thirty days.',
    errors: ['account_not_found', 'ambiguous_account'],
    query: schemas.historyQuery,
    answer: schemas.history,
    run: ({ query, parts }) => showHistory(parts.toolkit, query),
  }),
  route({
    method: 'GET',
    path: '/api/compare',
    access: 'user',
    summary: 'Compare accounts or groups over a range of time',
    about: 'Two subjects also get their differences, each with a test of whether it is more than chance.',
    errors: ['account_not_found', 'ambiguous_account'],
    query: schemas.compareQuery,
    answer: schemas.comparison,
    run: async ({ query: { accounts, groups, user, days, hours }, parts }) =>
      parts.toolkit.history.compare({
        accounts: splitList(accounts),
        groups: splitList(groups),
        ...(days === undefined ? {} : { days }),
        ...(hours === undefined ? {} : { hours }),
        ...(user === undefined ? {} : { user }),
      }),
  }),
  route({
    method: 'GET',
    path: '/api/accounts/all/stats',
    access: 'user',
    summary: 'Show the usage of all accounts',
    query: schemas.statsQuery,
    answer: schemas.stats,
    run: async ({ query, parts }) => parts.toolkit.history.stats(null, parseSpan(query)),
  }),
  route({
    method: 'GET',
    path: '/api/accounts/{id}/stats',
    access: 'user',
    summary: 'Show the usage of an account',
    errors: ['account_not_found'],
    query: schemas.statsQuery,
    answer: schemas.stats,
    run: async ({ params, query, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return toolkit.history.stats(id, parseSpan(query))
    },
  }),
]

/** Throws `account_not_found`, `ambiguous_account`, `invalid_value`. */
export function showHistory(
  { history }: Pick<ManagedToolkit, 'history'>,
  { by = 'all', account, user, provider, group, ...span }: z.output<typeof schemas.historyQuery>,
  { splitsJobs = false }: Pick<HistoryQuery, 'splitsJobs'> = {},
): Promise<HistoryDocument> {
  return history.show({
    ...parseSpan(span),
    ...buildFilter({ user, provider, group }),
    by,
    splitsJobs,
    ...(account === undefined || account === '' ? {} : { accounts: [account] }),
  })
}

function splitList(list = ''): string[] {
  return list.split(',').filter((item) => item !== '')
}

function parseSpan(query: z.output<typeof statsQuery>): HistorySpan & Pick<HistoryQuery, 'per'> {
  const { days, hours, from, to, per = hours === undefined ? 'day' : 'hour' } = query
  return {
    ...(days === undefined ? {} : { days }),
    ...(hours === undefined ? {} : { hours }),
    ...(from === undefined || from === '' ? {} : { from: parseInstant('from', from) }),
    ...(to === undefined || to === '' ? {} : { to: parseEnd('to', to) }),
    per,
  }
}
