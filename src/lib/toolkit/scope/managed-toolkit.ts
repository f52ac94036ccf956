import type { Toolkit } from '../toolkit.ts'

/** What the management API works with. A part that is not named here has to say how one user is kept to their own. */
export type ManagedToolkit = Pick<
  Toolkit,
  | 'accounts'
  | 'admin'
  | 'archive'
  | 'history'
  | 'home'
  | 'keys'
  | 'logins'
  | 'models'
  | 'providers'
  | 'quotas'
  | 'settings'
  | 'watchAccounts'
  | 'watchKeys'
>
