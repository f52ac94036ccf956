import type { Account } from '../../account/account.ts'
import type { LoginServer, TokenSet } from './token-set.ts'

/** Overrides for the login server; missing values come from the provider or the issuer. */
export interface LoginOverrides {
  issuer?: string
  deviceEndpoint?: string
  tokenEndpoint?: string
  clientId?: string
  scope?: string
}

export interface LoginOptions {
  /** The account that gets the login; missing: a new account. */
  account?: Account
  /** The last login of an existing account. */
  before?: LoginServer | null
  signal?: AbortSignal | undefined
}

/** A login that waits for confirmation in a browser. Contains secrets: never print it as a whole. */
export interface PendingLogin {
  userCode: string
  verificationUri: string
  /** The URL with the code in it; null: the person types the code. */
  verificationUriComplete: string | null
  /** Epoch milliseconds. */
  expiresAt: number
  /**
   * Polls until there are tokens. Throws `cancelled` when the signal aborts. Throws `credentials_refused` when the
   * login expires or is refused, `upstream_unavailable` when the server stays unreachable.
   */
  tokens(signal?: AbortSignal): Promise<TokenSet>
}
