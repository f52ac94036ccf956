import type { Toolkit } from '../toolkit.ts'

/** The toolkit parts of the management API. A new part must define its restriction to one user. */
export type ManagedToolkit = Pick<
  Toolkit,
  | 'accounts'
  | 'admin'
  | 'archive'
  | 'batches'
  | 'history'
  | 'jobs'
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
