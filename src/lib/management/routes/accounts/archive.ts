import { QwenctlError } from '../../../base/errors.ts'
import type { ManagedToolkit } from '../../../toolkit/scope/managed-toolkit.ts'
import type { ArchivedView } from '../../../toolkit/views.ts'
import { route } from '../../route.ts'
import { accountName, archive, oneAccount, oneArchived } from '../../../contract/account.ts'
import { accountFilter, buildFilter } from '../filter.ts'

/** Removed accounts that can be restored. */
export const archiveRoutes = [
  route({
    method: 'GET',
    path: '/api/archive',
    summary: 'List the archived accounts',
    query: accountFilter,
    answer: archive,
    run: async ({ query, parts }) => ({ accounts: await parts.toolkit.archive.list(buildFilter(query)) }),
  }),
  route({
    method: 'POST',
    path: '/api/archive/{id}/restore',
    summary: 'Restore an archived account',
    about: 'Under another name, if one is given.',
    errors: ['account_not_found', 'invalid_body', 'name_in_use'],
    body: accountName,
    answer: oneAccount,
    run: async ({ params, body, parts: { toolkit } }) => {
      const { id } = await archived(toolkit, params.id)
      return { account: await toolkit.archive.restore(id, body.name) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/archive/{id}',
    summary: 'Destroy an archived account and its key',
    errors: ['account_not_found'],
    answer: oneArchived,
    run: async ({ params, parts: { toolkit } }) => {
      const account = await archived(toolkit, params.id)
      await toolkit.archive.purge(account.id)
      return { account }
    },
  }),
]

async function archived(toolkit: ManagedToolkit, id: string): Promise<ArchivedView> {
  const found = (await toolkit.archive.list()).find((account) => account.id === id)
  if (found !== undefined) return found
  throw new QwenctlError('account_not_found', 'there is no archived account with this id', {
    hint: 'GET /api/archive lists them',
  })
}
