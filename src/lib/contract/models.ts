import { z } from 'zod'
import { answer, text, time } from './components.ts'

const holder = z.object({
  id: text,
  user: text,
  provider: text,
  name: text,
  label: text.nullable(),
  enabled: z.boolean(),
  source: z
    .enum(['configured', 'fetched', 'documented', 'answered'])
    .describe(
      "the account's own list, its service's list, qwenctl's list for the service, or an answer of the account",
    ),
  at: time.nullable().describe('when the source said so; null: it has no time'),
})

const model = z.object({ model: text, accounts: z.array(holder) })

export const models = answer(
  'Models',
  z.object({ now: time, models: z.array(model) }),
  'the document of models --json, without order',
)

/** An account that has a model, with the evidence. */
export type ModelHolderView = z.output<typeof holder>
export type ModelView = z.output<typeof model>
