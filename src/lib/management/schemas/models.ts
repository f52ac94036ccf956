import { z } from 'zod'
import { answer, text, time } from './components.ts'

const holder = z.object({
  id: text,
  user: text,
  provider: text,
  name: text,
  enabled: z.boolean(),
  source: z
    .enum(['configured', 'fetched', 'documented', 'answered'])
    .describe(
      "the account's own list, its service's list, qwenctl's list for the service, or an answer of the account",
    ),
  at: time.nullable().describe('when the source said so; null: it has no time'),
})

export const models = answer(
  'Models',
  z.object({ now: time, models: z.array(z.object({ model: text, accounts: z.array(holder) })) }),
  'the document of models --json, without order',
)
