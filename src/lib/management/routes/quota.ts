import { route } from '../route.ts'
import { quota } from '../schemas/quota.ts'
import { accountFilter, filterOf } from './filter.ts'

/** What is left. */
export const quotaRoutes = [
  route({
    method: 'GET',
    path: '/api/quota',
    summary: 'Show what is left of every account',
    query: accountFilter,
    answer: quota,
    run: async ({ query, parts }) => parts.toolkit.quotas.show([], filterOf(query)),
  }),
]
