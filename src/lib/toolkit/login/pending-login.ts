import type { Account } from '../../account/account.ts'
import type { LoginServer, TokenSet } from './token-set.ts'

/** What can be said of the login server; the rest is the provider's own, or what the issuer says. */
export interface LoginOverrides {
  issuer?: string
  deviceEndpoint?: string
  tokenEndpoint?: string
  clientId?: string
  scope?: string
}

export interface LoginOptions {
  /** The account that gets the login; missing: one that is yet to come. */
  account?: Account
  /** How an account that is there logged in last. */
  before?: LoginServer | null
  signal?: AbortSignal | undefined
}

/** A login that waits for somebody to confirm it in a browser. Holds secrets: never print it as a whole. */
export interface PendingLogin {
  userCode: string
  verificationUri: string
  /** With the code in it; null: the person types it. */
  verificationUriComplete: string | null
  /** Epoch milliseconds. */
  expiresAt: number
  /**
   * Asks until there are tokens. Throws `cancelled` when the signal aborts,
   * `credentials_refused` when it expires or is refused, `upstream_unavailable` when the server stays out of reach.
   */
  tokens(signal?: AbortSignal): Promise<TokenSet>
}
