import { z } from 'zod'
import { defineTool } from '../tool.ts'

const account = z.string().min(1).describe('name, provider/name, user:provider/name or id')

const accountEnable = defineTool({
  name: 'account_enable',
  title: 'Enable an account',
  description: 'Lets an account serve requests again.',
  input: z.strictObject({ account }),
  writes: true,
  run: async ({ toolkit }, { account: reference }) => ({
    account: await toolkit.accounts.setEnabled(reference, true),
  }),
})

const accountDisable = defineTool({
  name: 'account_disable',
  title: 'Disable an account',
  description: 'Stops an account from serving requests and running jobs, until it is enabled.',
  input: z.strictObject({ account }),
  writes: true,
  run: async ({ toolkit }, { account: reference }) => ({
    account: await toolkit.accounts.setEnabled(reference, false),
  }),
})

const quotaReset = defineTool({
  name: 'quota_reset',
  title: 'Reset counters',
  description: 'Resets the counters of accounts, and ends their cooldowns.',
  input: z.strictObject({ accounts: z.array(account).min(1) }),
  writes: true,
  run: async ({ toolkit }, { accounts }) => toolkit.quotas.reset(accounts),
})

export const writeTools = [accountEnable, accountDisable, quotaReset]
