import { z } from 'zod'
import { accountQuota } from './account.ts'
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
      remaining: z.number().nullable().describe('null: no account has a limit of requests'),
      inputTokens: count,
      outputTokens: count,
    }),
  }),
  'the document of quota show --json',
)
