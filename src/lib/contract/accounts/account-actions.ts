import { z } from 'zod'
import { account } from './account.ts'
import { answer, body, count, text } from '../components.ts'

const action = z.enum(['enable', 'disable', 'verify', 'refresh', 'reset', 'start', 'stop'])

export const accountActions = body(
  'AccountActions',
  z.strictObject({
    ids: z.array(text).max(10_000).optional().describe('ids of accounts'),
    filter: z
      .strictObject({
        user: text.optional(),
        provider: text.optional(),
        group: text.optional(),
        status: account.shape.status.optional(),
      })
      .optional()
      .describe('instead of ids: the accounts that match all of it'),
    action,
    dryRun: z.boolean().default(false).describe('list the accounts, and change nothing'),
  }),
)

export const doneActions = answer(
  'DoneActions',
  z.object({
    action,
    dryRun: z.boolean(),
    count: count.describe('accounts selected'),
    accounts: z.array(
      z.object({
        account,
        result: text
          .nullable()
          .describe(
            'done, or the result of verify or refresh; failed: it could not be asked; null: a dry run',
          ),
        message: text.nullable(),
      }),
    ),
  }),
)
