import { z } from 'zod'
import { answer, count, text, time } from './components.ts'

const servingAccount = z.object({ user: text.nullable(), provider: text, name: text })

const attempt = answer(
  'Attempt',
  z.object({
    account: servingAccount,
    outcome: text.describe('the class of the answer, as in the log: ok, rate-short, ...'),
    model: text.nullable().describe('the model sent upstream'),
    status: z.int().nullable().describe('null: there was no answer, or the log does not have it'),
    message: text.nullable().describe("the failure in the provider's words, masked"),
    endedAt: time.nullable(),
    latencyMs: z.number().nullable(),
    firstByteMs: z.number().nullable(),
  }),
  'one try at one account',
)

const request = answer(
  'Request',
  z.object({
    id: text.describe('the x-request-id of the answer'),
    at: time.describe('when the request arrived'),
    endedAt: time,
    key: text.nullable().describe('the name of the client key; null: none was presented'),
    keyId: text.nullable().describe('the id of the client key; null: none, or an older version logged it'),
    user: text.nullable().describe('the user of the account; null: no account was asked'),
    account: servingAccount.nullable().describe('the last account that was asked'),
    method: text,
    route: text,
    dialect: text,
    model: text.nullable(),
    stream: z.boolean(),
    status: z.int().nullable().describe('null: the client left first'),
    outcome: text.describe('the class of the last answer, or the code of an error of qwenctl'),
    message: text.nullable().describe('why it failed, masked'),
    attempts: z
      .array(attempt)
      .describe('in order; a list has account and outcome of each, one request has all'),
    latencyMs: z.number(),
    firstByteMs: z.number().nullable(),
    inputTokens: count.nullable(),
    outputTokens: count.nullable(),
    isEstimated: z.boolean().describe('qwenctl estimated tokens that the service did not report'),
    costUsd: z.number().nullable(),
    bytesIn: count.nullable(),
    bytesOut: count.nullable(),
    clientGone: z.boolean(),
  }),
  'a finished request of a client, from the log',
)

export const requestQuery = z.strictObject({
  account: text.optional().describe('id or reference: it answered, or was tried'),
  model: text.optional(),
  outcome: text.optional().describe('ok, failed (all others), or one outcome such as quota_exhausted'),
  key: text.optional().describe('the name of the client key'),
  user: text.optional(),
  since: text.optional().describe('not older than this time, RFC 3339'),
  until: text.optional().describe('not newer than this time, RFC 3339'),
  after: text.optional().describe('next of the previous page'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

export const requestList = answer(
  'Requests',
  z.object({
    requests: z.array(request).describe('the newest first'),
    next: text
      .nullable()
      .describe('after of the next page, which may be there even if this one is short; null: there is none'),
  }),
)
export const oneRequest = answer('OneRequest', z.object({ request }))

export type RequestView = z.output<typeof request>
export type AttemptView = z.output<typeof attempt>
export type RequestPage = z.output<typeof requestList>
