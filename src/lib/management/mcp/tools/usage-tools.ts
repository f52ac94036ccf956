import { z } from 'zod'
import { formatTime } from '../../../base/iso-time.ts'
import type { ClientKey } from '../../../account/client-key.ts'
import { QwenctlError } from '../../../base/errors.ts'
import { historyQuery } from '../../../contract/history.ts'
import { requestQuery } from '../../../contract/requests.ts'
import { findRequest } from '../../../observe/requests/find-requests.ts'
import { showHistory } from '../../routes/history.ts'
import { listFor, searchFor } from '../../routes/requests.ts'
import { accountFilter, buildFilter } from '../../routes/filter.ts'
import type { McpView } from '../mcp-view.ts'
import { listModels, selectVisible } from '../mcp-view.ts'
import { defineTool } from '../tool.ts'

const usageHistory = defineTool({
  name: 'usage_history',
  title: 'Show past usage',
  description:
    'Shows requests, tokens, cost and latency by hour or day, by account, model, key, job or user.',
  input: historyQuery,
  run: async ({ toolkit, key }, query) => {
    if (key === null) return showHistory(toolkit, query)
    const account = await findVisibleId(toolkit, key, query)
    const wanted = { ...query, account, by: 'key' as const }
    const { now, from, to, per, rows } = await showHistory(toolkit, wanted, { splitsJobs: true })
    return { now, from, to, per, by: 'key', rows: rows.filter((row) => row.key === key.id) }
  },
})

/** The id of the account that a query of a client key names; undefined: it names none. */
async function findVisibleId(
  toolkit: McpView['toolkit'],
  key: ClientKey,
  { account = '', ...filter }: z.output<typeof historyQuery>,
): Promise<string | undefined> {
  if (account === '') return undefined
  const [found] = await selectVisible(toolkit, key, { references: [account], filter: buildFilter(filter) })
  return found?.id
}

const modelsFind = defineTool({
  name: 'models_find',
  title: 'Find models',
  description: 'Lists models, and the accounts that are known to have each.',
  input: accountFilter.extend({ model: z.string().optional().describe('a part of its name') }),
  run: async (view, { model = '', ...filter }) => {
    const wanted = model.toLowerCase()
    const models = await listModels(view, buildFilter(filter))
    return {
      now: formatTime(view.clock()),
      models: models.filter((one) => one.model.toLowerCase().includes(wanted)),
    }
  },
})

const requestsFind = defineTool({
  name: 'requests_find',
  title: 'Find requests',
  description:
    'Lists finished requests, the newest first; with id, one request with every attempt and its errors.',
  input: requestQuery.extend({ id: z.string().optional().describe('the x-request-id of one request') }),
  run: async (view, { id, ...query }) => {
    const { user, toolkit, key } = view
    const viewer = { toolkit, user }
    if (id === undefined && key !== null)
      return listFor(viewer, { ...query, key: undefined }, { keyId: key.id })
    if (id === undefined) return listFor(viewer, query)
    const request = await findRequest(searchFor(viewer), id)
    if (request !== null && (key === null || request.keyId === key.id)) return { request }
    throw new QwenctlError('not_found', 'there is no finished request with this id', {
      hint: 'call requests_find without an id for a list',
    })
  },
})

export const usageTools = [usageHistory, modelsFind, requestsFind]
