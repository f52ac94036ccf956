import { z } from 'zod'
import { addAccount } from '../add-account.ts'
import { route } from '../route.ts'
import { accountChanges, accountList, addedAccount, newAccount, oneAccount } from '../schemas/account.ts'
import { accountFilter, filterOf, flag } from './filter.ts'
import { knownAccount } from './known-account.ts'

/** Accounts: what they are, and how they come and go. */
export const accountRoutes = [
  route({
    method: 'GET',
    path: '/api/accounts',
    summary: 'List the accounts',
    query: accountFilter,
    answer: accountList,
    run: async ({ query, parts }) => ({ accounts: await parts.toolkit.accounts.list(filterOf(query)) }),
  }),
  route({
    method: 'POST',
    path: '/api/accounts',
    summary: 'Add an account',
    about: 'The provider is asked whether it accepts the key, and nothing is stored if it does not.',
    errors: [
      'invalid_body',
      'unknown_provider',
      'name_in_use',
      'credentials_refused',
      'upstream_unavailable',
    ],
    body: newAccount,
    status: 201,
    answer: addedAccount,
    run: async ({ body: { key, verify = true, ...wanted }, parts }) =>
      addAccount(
        parts.toolkit,
        { ...wanted, ...(key === undefined ? {} : { secret: key }) },
        { verify, keepUnreachable: false },
      ),
  }),
  route({
    method: 'GET',
    path: '/api/accounts/{id}',
    summary: 'Show an account',
    errors: ['account_not_found'],
    answer: oneAccount,
    run: async ({ params, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return { account: await toolkit.accounts.show(id) }
    },
  }),
  route({
    method: 'PATCH',
    path: '/api/accounts/{id}',
    summary: 'Change an account',
    about:
      'All that is said or, where something of it is refused, nothing. Its user and provider stay what they are.',
    errors: ['account_not_found', 'invalid_body', 'name_in_use'],
    body: accountChanges,
    answer: oneAccount,
    run: async ({ params, body: { key, isDefault, ...changes }, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      const changed = await toolkit.accounts.set(id, {
        ...changes,
        ...(key === undefined ? {} : { secret: key }),
      })
      return { account: isDefault === true ? await toolkit.accounts.setDefault(id) : changed }
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/accounts/{id}',
    summary: 'Remove an account',
    about:
      'It goes to the archive, from where it can be brought back; with `purge=true` it and its key are destroyed.',
    errors: ['account_not_found'],
    query: z.strictObject({ purge: flag }),
    answer: oneAccount,
    run: async ({ params, query, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return { account: await toolkit.accounts.remove(id, { purge: query.purge === 'true' }) }
    },
  }),
]
