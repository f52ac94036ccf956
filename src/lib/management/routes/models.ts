import { formatTime } from '../../base/iso-time.ts'
import { knownModels } from '../../toolkit/models/models-view.ts'
import { route } from '../route.ts'
import { models } from '../../contract/models.ts'
import { accountFilter, buildFilter } from './filter.ts'

/** Which model is at which account. */
export const modelRoutes = [
  route({
    method: 'GET',
    path: '/api/models',
    access: 'user',
    summary: 'List the models, and the accounts that are known to have each',
    query: accountFilter,
    answer: models,
    run: async ({ query, parts }) => ({
      now: formatTime(parts.clock()),
      models: await knownModels(parts.toolkit, buildFilter(query)),
    }),
  }),
]
