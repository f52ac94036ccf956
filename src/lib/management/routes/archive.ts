import { QwenctlError } from '../../base/errors.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import type { ArchivedView } from '../../toolkit/views.ts'
import { route } from '../route.ts'
import { accountName, archive, oneAccount, oneArchived } from '../schemas/account.ts'
import { accountFilter, filterOf } from './filter.ts'

/** Accounts that were removed, but not for good. */
export const archiveRoutes = [
  route({
    method: 'GET',
    path: '/api/archive',
    summary: 'List the archived accounts',
    query: accountFilter,
    answer: archive,
    run: async ({ query, parts }) => ({ accounts: await parts.toolkit.archive.list(filterOf(query)) }),
  }),
  route({
    method: 'POST',
    path: '/api/archive/{id}/restore',
    summary: 'Bring an archived account back',
    about: 'Under another name, where one is said.',
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
  throw new QwenctlError('account_not_found', 'there is no archived account of this id', {
    hint: 'GET /api/archive lists them',
  })
}
