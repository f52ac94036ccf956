import { QwenctlError } from '../../../base/errors.ts'
import type { ManagedToolkit } from '../../../toolkit/scope/managed-toolkit.ts'
import type { ArchivedView } from '../../../toolkit/views.ts'
import { route } from '../../route.ts'
import { accountName, archive, oneAccount, oneArchived } from '../../../contract/accounts/account.ts'
import { paging } from '../../../contract/paging.ts'
import { cutPage } from '../../page/page.ts'
import { accountFilter, buildFilter } from '../filter.ts'

/** Removed accounts that can be restored. */
export const archiveRoutes = [
  route({
    method: 'GET',
    path: '/api/archive',
    access: 'user',
    summary: 'List the archived accounts',
    query: accountFilter.extend(paging),
    answer: archive,
    run: async ({ query, parts }) => {
      const all = await parts.toolkit.archive.list(buildFilter(query))
      const { items, next } = cutPage(all, query, ({ id }) => id)
      return { accounts: items, next }
    },
  }),
  route({
    method: 'POST',
    path: '/api/archive/{id}/restore',
    access: 'user',
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
    access: 'user',
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
