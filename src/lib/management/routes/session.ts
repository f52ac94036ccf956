import { ownVersion } from '../../toolkit/own-version.ts'
import { route } from '../route.ts'
import type { Gate } from '../gate.ts'
import { about, credentials, session, sessionState } from '../../contract/session.ts'

/** Sign-in of the page: with the admin token, or the ticket of `proxy open`, for a session of half a day. */
export function sessionRoutes(gate: Gate) {
  return [
    route({
      method: 'GET',
      path: '/api',
      summary: 'Identify this service',
      answer: about,
      run: async ({ parts }) => ({ name: 'qwenctl' as const, version: ownVersion(), user: parts.user }),
    }),
    route({
      method: 'POST',
      path: '/api/session',
      access: 'open',
      summary: 'Begin a session',
      about: 'For the admin token, or a ticket. The session then replaces the token.',
      errors: ['invalid_token', 'forbidden', 'too_many_failures', 'invalid_body'],
      body: credentials,
      status: 201,
      answer: session,
      run: async ({ body, remoteAddress, parts }) => {
        await gate.begins(body, remoteAddress)
        const { token, expiresAt } = await parts.toolkit.admin.session()
        return { token, expiresAt: new Date(expiresAt).toISOString() }
      },
    }),
    route({
      method: 'GET',
      path: '/api/session',
      summary: 'Check a token, and show its expiry',
      answer: sessionState,
      run: async ({ presented, remoteAddress, parts }) => {
        const kind = await gate.pass(presented, remoteAddress)
        const until = kind === 'session' ? parts.toolkit.admin.findEnd(presented ?? '') : null
        return { kind, expiresAt: until === null ? null : new Date(until).toISOString() }
      },
    }),
  ]
}
