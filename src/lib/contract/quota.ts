import { z } from 'zod'
import { accountQuota } from './accounts/account.ts'
import { answer, count, time } from './components.ts'

export const quota = answer(
  'Quota',
  z.object({
    now: time,
    day: z.iso.date(),
    accounts: z.array(accountQuota),
    totals: z.object({
      accounts: count,
      ready: count,
      requests: count,
      remaining: z
        .number()
        .nullable()
        .describe(
          'requests left over all accounts that can serve now, each by its tightest window of an hour or more; null: no account has one',
        ),
      remainingMinute: z.number().nullable().describe('the same over windows shorter than an hour'),
      inputTokens: count,
      outputTokens: count,
    }),
  }),
  'the document of quota show --json',
)

export type QuotaDocument = z.output<typeof quota>
