import { z } from 'zod'
import { QwenctlError } from '../../../base/errors.ts'
import type { NewAccount } from '../../../toolkit/toolkit.ts'
import { addAccount } from '../../add-account.ts'
import { route } from '../../route.ts'
import {
  accountChanges,
  accountList,
  addedAccount,
  newAccount,
  oneAccount,
} from '../../../contract/accounts/account.ts'
import { cutPage } from '../../page/page.ts'
import { accountListQuery, buildFilter, flag } from '../filter.ts'
import { knownAccount } from './known-account.ts'

/** Accounts and their lifecycle. */
export const accountRoutes = [
  route({
    method: 'GET',
    path: '/api/accounts',
    access: 'user',
    summary: 'List the accounts',
    query: accountListQuery,
    answer: accountList,
    run: async ({ query, parts }) => {
      const all = await parts.toolkit.accounts.list(buildFilter(query))
      const fitting = all.filter(({ status }) => query.status === undefined || status === query.status)
      const { items, next } = cutPage(fitting, query, ({ id }) => id)
      return { accounts: items, next }
    },
  }),
  route({
    method: 'POST',
    path: '/api/accounts',
    access: 'user',
    summary: 'Add an account',
    about: 'The provider checks the key first. Nothing is stored if it refuses the key.',
    errors: [
      'invalid_body',
      'unknown_provider',
      'name_in_use',
      'credentials_refused',
      'upstream_unavailable',
    ],
    body: newAccount,
    examine: ({ key, ...wanted }, { toolkit }) =>
      toolkit.accounts.checkNew({
        provider: '',
        ...wanted,
        ...(key === undefined ? {} : { secret: key }),
      } as NewAccount),
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
    access: 'user',
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
    access: 'user',
    summary: 'Change an account',
    about:
      'Applies all fields or, if one is refused, none. The user and the provider cannot change. `isDefault` needs the admin token, because all users share the default account.',
    errors: ['account_not_found', 'invalid_body', 'name_in_use'],
    body: accountChanges,
    answer: oneAccount,
    run: async ({ params, body: { key, isDefault, ...changes }, opened, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      if (isDefault === true && opened?.kind === 'user') throw adminsDefault()
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
    access: 'user',
    summary: 'Remove an account',
    about:
      'The account goes to the archive, from which it can be restored; `purge=true` destroys it and its key.',
    errors: ['account_not_found'],
    query: z.strictObject({ purge: flag }),
    answer: oneAccount,
    run: async ({ params, query, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return { account: await toolkit.accounts.remove(id, { purge: query.purge === 'true' }) }
    },
  }),
]

function adminsDefault(): QwenctlError {
  return new QwenctlError(
    'forbidden',
    'the default account holds for all users: a user token cannot change it',
    {
      hint: 'leave "isDefault" out, or use the admin token',
      details: { field: 'isDefault' },
    },
  )
}
