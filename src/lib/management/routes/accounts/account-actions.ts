import type { ManagedToolkit } from '../../../toolkit/scope/managed-toolkit.ts'
import type { AccountView } from '../../../toolkit/views.ts'
import type { Route } from '../../route.ts'
import { route } from '../../route.ts'
import { oneAccount, refreshedAccount, verifiedAccount } from '../../../contract/accounts/account.ts'
import { knownAccount } from './known-account.ts'

type Action = (toolkit: ManagedToolkit, id: string) => Promise<AccountView>

/** Actions on an account, besides changing it. */
export const actionRoutes: Route[] = [
  action('enable', 'Enable an account', (toolkit, id) => toolkit.accounts.setEnabled(id, true)),
  action('disable', 'Disable an account', (toolkit, id) => toolkit.accounts.setEnabled(id, false)),
  action('start', 'Start the jobs of an account, and enable it', async (toolkit, id) => {
    await toolkit.jobs.order(id, false)
    return toolkit.accounts.setEnabled(id, true)
  }),
  action('stop', 'Stop all jobs of an account; it still serves requests', async (toolkit, id) => {
    await toolkit.jobs.order(id, true)
    return toolkit.accounts.show(id)
  }),
  action('reset', 'Reset the counters of an account, and end its cooldowns', async (toolkit, id) => {
    await toolkit.quotas.reset([id])
    return toolkit.accounts.show(id)
  }),
  route({
    method: 'POST',
    path: '/api/accounts/{id}/verify',
    access: 'user',
    summary: 'Check the credential of an account with its provider',
    errors: ['account_not_found'],
    answer: verifiedAccount,
    run: async ({ params, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return toolkit.accounts.verify(id)
    },
  }),
  route({
    method: 'POST',
    path: '/api/accounts/{id}/refresh',
    access: 'user',
    summary: 'Renew the login of an account now',
    errors: ['account_not_found'],
    answer: refreshedAccount,
    run: async ({ params, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return toolkit.accounts.refresh(id)
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/accounts/{id}/cooldowns',
    access: 'user',
    summary: 'End the cooldowns of an account, and of its quota group',
    errors: ['account_not_found'],
    answer: oneAccount,
    run: async ({ params, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      await toolkit.quotas.endCooldowns([id])
      return { account: await toolkit.accounts.show(id) }
    },
  }),
]

function action(name: string, summary: string, act: Action): Route {
  return route({
    method: 'POST',
    path: `/api/accounts/{id}/${name}`,
    access: 'user',
    summary,
    errors: ['account_not_found'],
    answer: oneAccount,
    run: async ({ params, parts: { toolkit } }) => {
      const { id } = await knownAccount(toolkit, params.id)
      return { account: await act(toolkit, id) }
    },
  })
}
