import { CLIENT_KEY_PREFIX } from '../account/client-key.ts'
import type { ClientKey } from '../account/client-key.ts'
import { QwenctlError } from '../base/errors.ts'
import { RecentMap } from '../rotation/pool/recent-map.ts'
import type { AdminAccess, Identity } from '../toolkit/admin/admin-access.ts'
import type { ClientKeys } from '../toolkit/keys/client-keys.ts'
import { FailedAttempts } from '../toolkit/quota/failed-attempts.ts'

/** More tickets than are created within the two minutes of their validity. */
const MOST_TICKETS = 1024

/** An identity that opens the API, or a part of it. */
export type Opened =
  Exclude<Identity, { kind: 'session' | 'ticket' }> | { kind: 'session'; expiresAt: number }

/** Admits requests with the admin token, with a session made from it, or with the token of a user. */
export class Gate {
  readonly #admin: AdminAccess
  readonly #failures: FailedAttempts
  readonly #used = new RecentMap<string, true>(MOST_TICKETS)

  constructor(admin: AdminAccess, clock: () => number) {
    this.#admin = admin
    this.#failures = new FailedAttempts(clock, 'too many requests with a wrong token came from this address')
  }

  /** Throws `invalid_token`, `forbidden` for a client key, `too_many_failures`. */
  async pass(presented: string | null, remoteAddress: string): Promise<Opened> {
    if (presented === null) throw new QwenctlError('invalid_token', 'the request has no admin token')
    if (presented.startsWith(CLIENT_KEY_PREFIX)) throw clientKey()
    const identity = await this.#admin.identifySecret(presented)
    if (identity !== null && identity.kind !== 'ticket') return { ...identity } as Opened
    throw this.#refused('the token is wrong, or its session has ended', remoteAddress)
  }

  /**
   * A text that begins a session opens everything, or the part of a user. A ticket works once. Throws like
   * `pass`.
   */
  async begins(shown: { token: string } | { ticket: string }, remoteAddress: string): Promise<Opened> {
    const [text, isTicket] = 'token' in shown ? [shown.token, false] : [shown.ticket, true]
    if (text.startsWith(CLIENT_KEY_PREFIX)) throw clientKey()
    const identity = await this.#admin.identifySecret(text)
    if (!isTicket && (identity?.kind === 'admin' || isUserToken(identity))) return identity
    if (!isTicket) throw this.#refused('the admin token is wrong', remoteAddress)
    if (identity?.kind !== 'ticket')
      throw this.#refused('the ticket is wrong, or older than two minutes', remoteAddress)
    // The ticket was on a command line, where other users of this machine can read it.
    if (this.#used.get(text) === true) throw this.#refused('the ticket was already used', remoteAddress)
    this.#used.set(text, true)
    return { kind: 'admin' }
  }

  /** The client key with this secret. Throws `invalid_api_key`, `too_many_failures`. */
  async passKey(
    secret: string,
    remoteAddress: string,
    keys: Pick<ClientKeys, 'authenticate'>,
  ): Promise<ClientKey> {
    const found = await keys.authenticate(secret)
    if (found !== null) return found
    this.#failures.count(remoteAddress)
    throw new QwenctlError('invalid_api_key', 'the client key is unknown, paused or expired', {
      hint: 'qwenctl keys list shows the keys',
    })
  }

  #refused(words: string, remoteAddress: string): QwenctlError {
    this.#failures.count(remoteAddress)
    return new QwenctlError('invalid_token', words)
  }
}

/** A session begins no other, so each ends with the token that began it. */
function isUserToken(identity: Identity | null): identity is Extract<Identity, { kind: 'user' }> {
  return identity?.kind === 'user' && !identity.isSession
}

function clientKey(): QwenctlError {
  return new QwenctlError('forbidden', 'a client key does not open the management API', {
    hint: 'qwenctl config get adminToken prints the admin token',
  })
}
