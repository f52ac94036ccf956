import { formatTime } from '../../base/iso-time.ts'
import { ownVersion } from '../../toolkit/own-version.ts'
import { route } from '../route.ts'
import type { Gate, Opened } from '../gate.ts'
import type { ManagementParts } from '../management-parts.ts'
import { about, credentials, session, sessionState } from '../../contract/access/session.ts'

/** Sign-in of the page: with the admin token, or the ticket of `proxy open`, for a session of half a day. */
export function sessionRoutes(gate: Gate) {
  return [
    route({
      method: 'GET',
      path: '/api',
      access: 'user',
      summary: 'Identify this service',
      answer: about,
      run: async ({ parts }) => ({ name: 'qwenctl' as const, version: ownVersion(), user: parts.user }),
    }),
    route({
      method: 'POST',
      path: '/api/session',
      access: 'open',
      summary: 'Begin a session',
      about:
        'For the admin token, the token of a user, or a ticket. The session then replaces the token, and opens the same.',
      errors: ['invalid_token', 'forbidden', 'too_many_failures', 'invalid_body'],
      body: credentials,
      status: 201,
      answer: session,
      run: async ({ body, remoteAddress, parts }) => {
        const opened = await gate.begins(body, remoteAddress)
        const shown = 'token' in body ? body.token : ''
        const { token, expiresAt } = await beginSession(parts, opened, shown)
        return { token, expiresAt: formatTime(expiresAt) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/session',
      access: 'user',
      summary: 'Check a token, and show its expiry',
      answer: sessionState,
      run: async ({ opened }) => describeToken(opened),
    }),
    route({
      method: 'DELETE',
      path: '/api/session',
      access: 'user',
      summary: 'End the session or the user token of the request',
      about:
        'It opens nothing afterwards, in any process of the home. A user token ends its sessions too. The admin token does not end.',
      answer: sessionState,
      run: async ({ presented, opened, parts }) => {
        await parts.toolkit.admin.end(presented ?? '')
        return describeToken(opened)
      },
    }),
  ]
}

/** A session opens what its token opens, and ends with it at the latest. */
async function beginSession({ toolkit: { admin } }: ManagementParts, opened: Opened, token: string) {
  return opened.kind === 'user' ? admin.userSession({ ...opened, token }) : admin.session()
}

function describeToken(opened: Opened | null) {
  if (opened === null || opened.kind === 'admin') {
    return { kind: 'admin' as const, user: null, expiresAt: null }
  }
  const user = opened.kind === 'user' ? opened.user : null
  return { kind: opened.kind, user, expiresAt: formatTime(opened.expiresAt) }
}
