import { createHash, timingSafeEqual } from 'node:crypto'
import { createAdminToken, readAdminToken } from '../../store/admin-token.ts'
import { EndedTokens, digestToken } from '../../store/ended-tokens.ts'
import type { Home } from '../../store/home.ts'
import type { Pass } from './passes.ts'
import { findPassEnd, makePass, readPass } from './passes.ts'
import type { UserToken } from './user-tokens.ts'
import { makeUserToken, readUserToken } from './user-tokens.ts'

const SESSION_MS = 12 * 3_600_000
const TICKET_MS = 2 * 60_000

/** The meaning of a presented secret. Ends are in epoch milliseconds. */
export type Identity =
  | { kind: 'admin' }
  | { kind: 'session' | 'ticket'; expiresAt: number }
  | { kind: 'user'; user: string; expiresAt: number; isSession: boolean }

/** Access to the management API of a home: with its admin token, a pass, or the token of a user. */
export class AdminAccess {
  readonly #home: Home
  readonly #clock: () => number
  readonly #ended: EndedTokens

  constructor(home: Home, clock: () => number) {
    this.#home = home
    this.#clock = clock
    this.#ended = new EndedTokens(home.endedTokensFile, clock)
  }

  /** The admin token, created on first use. A secret: only `config get adminToken` prints it. */
  async token(): Promise<string> {
    const { adminTokenFile } = this.#home
    return readAdminToken(adminTokenFile) ?? createAdminToken(adminTokenFile)
  }

  /** Opens the API for half a day. */
  async session(): Promise<Pass> {
    return makePass('session', await this.token(), this.#clock() + SESSION_MS)
  }

  /** Valid for two minutes and only to begin a session, because it passes through a browser's address bar. */
  async ticket(): Promise<Pass> {
    return makePass('ticket', await this.token(), this.#clock() + TICKET_MS)
  }

  /** Opens the part of one user; without an end for half a day. `expiresAt`: epoch milliseconds. */
  async userToken(user: string, expiresAt = this.#clock() + SESSION_MS): Promise<UserToken> {
    return makeUserToken({ user, expiresAt, parent: null }, await this.token())
  }

  /** Opens the part of one user for half a day. Ends with the token that began it at the latest. */
  async userSession({ token, user, ...origin }: Omit<UserToken, 'parent'>): Promise<UserToken> {
    const expiresAt = Math.min(origin.expiresAt, this.#clock() + SESSION_MS)
    return makeUserToken({ user, expiresAt, parent: digestToken(token) }, await this.token())
  }

  /** Ends a session or a user token in every process of the home. The admin token does not end. */
  async end(presented: string): Promise<void> {
    const identity = this.#identify(presented, await this.token())
    if (identity === null || identity.kind === 'admin') return
    await this.#ended.add(digestToken(presented), identity.expiresAt)
  }

  /** Whether the presented secret opens everything now. A home without a token accepts none. */
  isAdmin(presented: string | null): boolean {
    const kind = this.#kindNow(presented)
    return kind === 'admin' || kind === 'session'
  }

  /** Whether the presented secret opens the API, or a user's part of it, now. */
  isValid(presented: string): boolean {
    const kind = this.#kindNow(presented)
    return kind !== null && kind !== 'ticket'
  }

  /**
   * The part that a presented secret opens; null: nothing. Takes the same time however much of the secret is correct.
   */
  async identifySecret(presented: string): Promise<Identity | null> {
    return this.#identify(presented, await this.token())
  }

  #kindNow(presented: string | null): Identity['kind'] | null {
    const token = presented === null ? null : readAdminToken(this.#home.adminTokenFile)
    return presented === null || token === null ? null : (this.#identify(presented, token)?.kind ?? null)
  }

  #identify(presented: string, token: string): Identity | null {
    if (isSame(presented, token)) return { kind: 'admin' }
    const found = this.#readSealed(presented, token)
    return found === null || this.#ended.has(digestToken(presented)) ? null : found
  }

  #readSealed(presented: string, token: string): Identity | null {
    const now = this.#clock()
    const kind = readPass(presented, token, now)
    if (kind !== null) return { kind, expiresAt: findPassEnd(presented) ?? now }
    const found = readUserToken(presented, token, now)
    if (found === null || (found.parent !== null && this.#ended.has(found.parent))) return null
    const { user, expiresAt, parent } = found
    return { kind: 'user', user, expiresAt, isSession: parent !== null }
  }
}

function isSame(presented: string, token: string): boolean {
  return timingSafeEqual(hashText(presented), hashText(token))
}

function hashText(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
