import type { z } from 'zod'
import { QwenctlError } from '../../base/errors.ts'
import type { RequestPage } from '../../contract/requests.ts'
import { oneRequest, requestList, requestQuery } from '../../contract/requests.ts'
import type { RequestFilter, RequestSearch } from '../../observe/requests/find-requests.ts'
import { findRequest, listRequests } from '../../observe/requests/find-requests.ts'
import { isPosition } from '../../observe/requests/log-backwards.ts'
import { nameLogged } from '../../observe/requests/logged-account.ts'
import { parseEnd, parseInstant } from '../input/parse-instant.ts'
import type { ManagementParts } from '../management-parts.ts'
import { route } from '../route.ts'
import { definedOnly } from './filter.ts'

/** Finished requests, from the log of the home. */
export const requestRoutes = [
  route({
    method: 'GET',
    path: '/api/requests',
    access: 'user',
    summary: 'List finished requests, the newest first',
    about:
      'They come from the log, which has them from `logs.level` `info` on and as long as `logs.maxBytes` allows. A page reads a bounded part of the log. So it may be short or empty, and still have a `next`.',
    query: requestQuery,
    answer: requestList,
    run: ({ query, parts }) => listFor(parts, query),
  }),
  route({
    method: 'GET',
    path: '/api/requests/{id}',
    access: 'user',
    summary: 'Show a finished request with every attempt, by its x-request-id',
    about: 'Looks through the last 256 MiB of the log.',
    errors: ['not_found'],
    answer: oneRequest,
    run: async ({ params, parts }) => {
      const request = await findRequest(searchFor(parts), params.id)
      if (request !== null) return { request }
      throw new QwenctlError('not_found', 'there is no finished request with this id', {
        hint: 'GET /api/requests lists them; the log keeps them from logs.level info on',
      })
    },
  }),
]

type Viewer = Pick<ManagementParts, 'toolkit' | 'user'>

/** A page of requests. `only`: conditions besides the query. Throws `invalid_value`. */
export async function listFor(
  viewer: Viewer,
  query: z.output<typeof requestQuery>,
  only: RequestFilter = {},
): Promise<RequestPage> {
  const { after = null, limit } = query
  if (after !== null && !isPosition(after)) throw notFromHere()
  const filter = { ...(await buildFilter(viewer, query)), ...only }
  return listRequests(searchFor(viewer), filter, { after, limit })
}

export function searchFor({ toolkit, user }: Viewer): RequestSearch {
  return { folder: toolkit.home.logsFolder, viewer: user }
}

async function buildFilter(
  { toolkit }: Viewer,
  { account, since, until, model, outcome, key, user }: z.output<typeof requestQuery>,
): Promise<RequestFilter> {
  return {
    ...definedOnly({ model, outcome, key, user }),
    ...(account === undefined || account === ''
      ? {}
      : { account: nameLogged(await toolkit.accounts.records(), account) }),
    ...(since === undefined || since === '' ? {} : { since: parseInstant('since', since) }),
    ...(until === undefined || until === '' ? {} : { until: parseEnd('until', until) }),
  }
}

function notFromHere(): QwenctlError {
  return new QwenctlError('invalid_value', '"after" is not the next of a page', {
    hint: 'leave it out to begin with the newest',
    details: { field: 'after' },
  })
}
