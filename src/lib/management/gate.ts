import { CLIENT_KEY_PREFIX } from '../account/client-key.ts'
import { QwenctlError } from '../base/errors.ts'
import { RecentMap } from '../rotation/pool/recent-map.ts'
import type { AdminAccess } from '../toolkit/admin/admin-access.ts'
import { FailedAttempts } from '../toolkit/quota/failed-attempts.ts'

/** More tickets than are created within the two minutes of their validity. */
const MOST_TICKETS = 1024

/** Admits requests with the admin token, or with a session made from it. */
export class Gate {
  readonly #admin: AdminAccess
  readonly #failures: FailedAttempts
  readonly #used = new RecentMap<string, true>(MOST_TICKETS)

  constructor(admin: AdminAccess, clock: () => number) {
    this.#admin = admin
    this.#failures = new FailedAttempts(clock, 'too many requests with a wrong token came from this address')
  }

  /** Throws `invalid_token`, `forbidden` for a client key, `too_many_failures`. */
  async pass(presented: string | null, remoteAddress: string): Promise<'admin' | 'session'> {
    if (presented === null) throw new QwenctlError('invalid_token', 'the request has no admin token')
    if (presented.startsWith(CLIENT_KEY_PREFIX)) throw clientKey()
    const kind = await this.#admin.identifySecret(presented)
    if (kind === 'admin' || kind === 'session') return kind
    throw this.#refused('the token is wrong, or its session has ended', remoteAddress)
  }

  /** Returns whether the text may begin a session; a ticket works once. Throws like `pass`. */
  async begins(shown: { token: string } | { ticket: string }, remoteAddress: string): Promise<void> {
    const [text, wanted] = 'token' in shown ? [shown.token, 'admin'] : [shown.ticket, 'ticket']
    if (text.startsWith(CLIENT_KEY_PREFIX)) throw clientKey()
    if ((await this.#admin.identifySecret(text)) !== wanted) {
      const words =
        wanted === 'ticket' ? 'the ticket is wrong, or older than two minutes' : 'the admin token is wrong'
      throw this.#refused(words, remoteAddress)
    }
    if (wanted !== 'ticket') return
    // The ticket was on a command line, where other users of this machine can read it.
    if (this.#used.get(text) === true) throw this.#refused('the ticket was already used', remoteAddress)
    this.#used.set(text, true)
  }

  #refused(words: string, remoteAddress: string): QwenctlError {
    this.#failures.count(remoteAddress)
    return new QwenctlError('invalid_token', words)
  }
}

function clientKey(): QwenctlError {
  return new QwenctlError('forbidden', 'a client key does not open the management API', {
    hint: 'qwenctl config get adminToken prints the admin token',
  })
}
