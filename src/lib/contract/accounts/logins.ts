import { z } from 'zod'
import { account, settings } from './account.ts'
import { answer, body, text, time } from '../components.ts'

export const login = answer(
  'Login',
  z.object({
    loginId: text,
    status: z.enum(['pending', 'done', 'denied', 'expired', 'cancelled', 'failed']),
    userCode: text.describe('the code to type at verificationUri'),
    verificationUri: text,
    verificationUriComplete: text.nullable().describe('with the code included'),
    qrSvg: text.nullable().describe('that address as a QR code; null: too long for one'),
    expiresAt: time,
    account: account.nullable().describe('the account that the login created or renewed, once it is done'),
    error: z.object({ code: text, message: text, hint: text.nullable() }).nullable(),
  }),
)

export const newLogin = body(
  'NewLogin',
  z.strictObject({
    account: text.optional().describe('id of an account to log in again; without it a new account is added'),
    name: text.optional(),
    user: text.optional(),
    ...settings,
    issuer: text.optional().describe('a login server that describes itself'),
    deviceEndpoint: text.optional(),
    tokenEndpoint: text.optional(),
    clientId: text.optional(),
    scope: text.optional(),
  }),
)

export const loginRequest = body(
  'LoginRequest',
  newLogin.extend({ provider: text.describe('the provider to log in at') }),
)

export type LoginView = z.output<typeof login>
export type NewLoginBody = z.input<typeof newLogin>
