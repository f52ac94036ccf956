import { z } from 'zod'
import { answer, body, text, time } from '../components.ts'

export const about = answer(
  'About',
  z.object({
    name: z.literal('qwenctl'),
    version: text,
    user: text.nullable().describe('the only user that this proxy serves; null: all users'),
  }),
)

export const credentials = body(
  'SessionRequest',
  z.union([
    z.strictObject({
      token: text.meta({ writeOnly: true, description: 'the admin token, or the token of a user' }),
    }),
    z.strictObject({
      ticket: text.meta({ writeOnly: true, description: 'from proxy open, valid for two minutes' }),
    }),
  ]),
)

export const session = answer('Session', z.object({ token: text, expiresAt: time }))

export const sessionState = answer(
  'SessionState',
  z.object({
    kind: z.enum(['admin', 'session', 'user']),
    user: text.nullable().describe('the only user that it opens; null: all that the proxy serves'),
    expiresAt: time.nullable().describe('null: an admin token does not expire'),
  }),
)

/** The program behind the API. */
export type AboutView = z.output<typeof about>
