import { cutPage } from '../page/page.ts'
import { route } from '../route.ts'
import { batchList, batchQuery, oneBatch } from '../../contract/batches.ts'

/** Batches: files of requests over all accounts. */
export const batchRoutes = [
  route({
    method: 'GET',
    path: '/api/batches',
    summary: 'List the batches that run or ran, the newest first',
    query: batchQuery,
    answer: batchList,
    run: async ({ query: { user, status, ...page }, parts }) => {
      const all = parts.toolkit.batches.list()
      const fits = all.filter(
        (batch) =>
          (user === undefined || batch.user === user) && (status === undefined || batch.status === status),
      )
      const { items, next } = cutPage(fits, page, ({ id }) => id)
      return { batches: items, next }
    },
  }),
  route({
    method: 'GET',
    path: '/api/batches/{id}',
    summary: 'Show a batch, by its id or the start of it',
    errors: ['batch_not_found', 'invalid_usage'],
    answer: oneBatch,
    run: async ({ params, parts }) => ({ batch: parts.toolkit.batches.find(params.id) }),
  }),
  route({
    method: 'POST',
    path: '/api/batches/{id}/cancel',
    summary: 'End a batch after its lines in flight',
    about: 'Answers at once. `qwenctl batch run FILE` continues the file.',
    errors: ['batch_not_found', 'invalid_usage'],
    answer: oneBatch,
    run: async ({ params, parts }) => ({ batch: parts.toolkit.batches.cancel(params.id) }),
  }),
]
