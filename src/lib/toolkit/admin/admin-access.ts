import { createHash, timingSafeEqual } from 'node:crypto'
import { createAdminToken, readAdminToken } from '../../store/admin-token.ts'
import type { Home } from '../../store/home.ts'
import type { Pass, PassKind } from './passes.ts'
import { findPassEnd, makePass, readPass } from './passes.ts'

const SESSION_MS = 12 * 3_600_000
const TICKET_MS = 2 * 60_000

/** Access to the management API of a home, with its admin token or a pass made with it. */
export class AdminAccess {
  readonly #home: Home
  readonly #clock: () => number

  constructor(home: Home, clock: () => number) {
    this.#home = home
    this.#clock = clock
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

  /** The end of a valid session in epoch milliseconds; null: not a session. */
  findEnd(presented: string): number | null {
    return findPassEnd(presented)
  }

  /** Whether the presented secret opens everything now. A home without a token accepts none. */
  isAdmin(presented: string | null): boolean {
    const token = presented === null ? null : readAdminToken(this.#home.adminTokenFile)
    if (presented === null || token === null) return false
    return isSame(presented, token) || readPass(presented, token, this.#clock()) === 'session'
  }

  /**
   * The kind of a presented secret; null: it opens nothing. Takes the same time however much of the secret is
   * correct.
   */
  async identifySecret(presented: string): Promise<'admin' | PassKind | null> {
    const token = await this.token()
    if (isSame(presented, token)) return 'admin'
    return readPass(presented, token, this.#clock())
  }
}

function isSame(presented: string, token: string): boolean {
  return timingSafeEqual(hashText(presented), hashText(token))
}

function hashText(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
