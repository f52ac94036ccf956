import { z } from 'zod'
import { cooldownFields, limitFields } from './accounts/account.ts'
import { answer, count, text, time } from './components.ts'

const dialect = z.enum(['openai', 'anthropic', 'gemini'])

const explainedCap = z.object({
  concurrency: count.nullable().describe('requests at a time; null: any number'),
  inFlight: count,
})
const cap = explainedCap.nullable()

const explainedLimit = z.object({
  ...limitFields,
  usable: z.number().describe('the part of max that the pool may use'),
  held: z
    .number()
    .describe('what requests in flight may use, in addition to used; requests only for a limit of one model'),
  isUsedUp: z.boolean(),
  applies: z.boolean().describe('false: it applies to another model'),
})

const explainedCooldown = z.object({
  ...cooldownFields,
  applies: z.boolean().describe('false: it applies to another model'),
})

const requestSize = z.object({
  inputTokens: count.describe('an estimate'),
  outputTokens: count.nullable().describe('the bound that the client sets on each answer; null: none'),
  answers: count,
  thinkingTokens: count,
  cachedFor: z
    .enum(['minutes', 'hour'])
    .nullable()
    .describe('how long the service caches a part of the input; null: the request asks for none'),
  hasSound: z.boolean(),
})

const explained = answer(
  'ExplainedAccount',
  z.object({
    id: text,
    user: text,
    provider: text,
    name: text,
    label: text.nullable(),
    verdict: z.enum(['next', 'eligible', 'refused']),
    place: count.nullable().describe('1 is tried first; null: not tried'),
    model: text.nullable().describe('the model that it would be asked for'),
    translated: z.boolean(),
    halfOpen: z.boolean().describe('a guessed cooldown ended: one request at a time tests the account'),
    maxTokens: count
      .nullable()
      .describe('the bound that the answer gets, since the request may use more than is left; null: none'),
    reason: z.object({ code: text, words: text }).nullable(),
    returnsAt: time.nullable(),
    cap: cap.describe('of this account; null: none'),
    limits: z.array(explainedLimit),
    cooldowns: z.array(explainedCooldown),
  }),
)

export const explanation = answer(
  'Explanation',
  z.object({
    now: time,
    asked: z.object({
      model: text.nullable(),
      provider: text.nullable(),
      group: text.nullable(),
      account: text.nullable(),
      dialect: dialect.nullable(),
      route: text.nullable(),
      session: text.nullable(),
      user: text.nullable(),
      key: text.nullable().describe('the name of the client key'),
      size: requestSize
        .nullable()
        .describe('null: unknown; an account may then lack the tokens or dollars for the request'),
      steps: z
        .array(z.object({ provider: text.nullable(), model: text.nullable() }))
        .describe('the models that the requested one resolves to, in order: an alias may name several'),
    }),
    strategy: text,
    affinity: z.boolean(),
    reserve: z.number().describe('percent of every limit that stays free for other uses'),
    caps: cap.describe('over all accounts; inFlight: of those that the user or the key may use; null: none'),
    places: z
      .enum(['exact', 'presumed'])
      .describe('presumed: rotation or chance decides, which the files do not record'),
    unknownModel: z
      .object({ model: text, near: z.array(text) })
      .nullable()
      .describe('the model where no account is known to have it, with the names most like it'),
    accounts: z.array(explained),
    next: text.nullable().describe('the id of the account that is tried first'),
    returnsAt: time.nullable().describe('when the first account returns, if none can serve now'),
  }),
  'the document of quota explain --json',
)

/** The `quota explain` document. */
export type ExplainDocument = z.output<typeof explanation>
export type ExplainedAccount = z.output<typeof explained>
export type ExplainedCap = z.output<typeof explainedCap>
export type ExplainedLimit = z.output<typeof explainedLimit>

export const explainQuery = z.strictObject({
  model: text.optional(),
  provider: text.optional(),
  group: text.optional(),
  account: text.optional().describe('id or reference: the request is pinned to it'),
  dialect: dialect.optional().describe('the format that the client speaks'),
  route: text.optional().describe('endpoint; default: chat'),
  session: text.optional().describe('conversation id of the client'),
  user: text.optional(),
  key: text.optional().describe('the client key of the request, by name or id'),
  strategy: text.optional().describe('assume this strategy'),
  reserve: text.optional().describe('assume that this share of every limit stays free, such as `20%`'),
  inputTokens: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'the input of the request, for limits of tokens and dollars; a token has about 3 bytes of the body',
    ),
  maxTokens: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('the bound that the client sets on the answer'),
})
