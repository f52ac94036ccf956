import type { NewAccount } from '../accounts/account-inputs.ts'
import type { LoginOptions, LoginOverrides, PendingLogin } from './pending-login.ts'

/** Logins of new accounts, and of accounts that need a new login. */
export interface Logins {
  /**
   * Begins the login of a new or existing account; other faults are reported before the user opens a browser. Throws
   * `credentials_refused` with the server's words, `upstream_unavailable` without a response.
   */
  begin(wanted: NewAccount, overrides?: LoginOverrides, options?: LoginOptions): Promise<PendingLogin>
}
