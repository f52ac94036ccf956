import { route } from '../route.ts'
import { explainQuery, explanation } from '../../contract/explain.ts'
import { quota } from '../../contract/quota.ts'
import { accountFilter, buildFilter, definedOnly } from './filter.ts'

/** Remaining quota. */
export const quotaRoutes = [
  route({
    method: 'GET',
    path: '/api/quota',
    access: 'user',
    summary: 'Show what is left of every account',
    query: accountFilter,
    answer: quota,
    run: async ({ query, parts }) => parts.toolkit.quotas.show([], buildFilter(query)),
  }),
  route({
    method: 'GET',
    path: '/api/explain',
    access: 'user',
    summary: 'Show which account a request would use now, and why',
    errors: [
      'account_not_found',
      'ambiguous_account',
      'unknown_provider',
      'key_not_found',
      'model_not_allowed',
      'quota_exhausted',
    ],
    query: explainQuery,
    answer: explanation,
    run: async ({ query, parts }) => parts.toolkit.quotas.explain(definedOnly(query)),
  }),
]
