// The arguments and results of the use cases of accounts.

import type { TokenSet } from '../login/token-set.ts'
import type { UsedToday } from '../quota/used-today.ts'
import type { AccountView } from '../views.ts'

export interface AccountFilter {
  user?: string
  provider?: string
  group?: string
}

/** The settings of an account for `auth add` and `accounts set`. */
export interface AccountSettings {
  /** Free text for people; null: none. */
  label?: string | null
  groups?: string[]
  priority?: number
  weight?: number
  /** As written; an empty list restores the provider's defaults. */
  limits?: string[]
  baseUrl?: string | null
  /** The Messages base of a service with both dialects; `baseUrl` is the OpenAI base then. */
  anthropicBaseUrl?: string | null
  /** The service of an account at `http`. */
  service?: string | null
  /** `Authorization: Bearer {key}`. */
  authHeader?: string | null
  quotaGroup?: string | null
  /** URLs in order, separated by commas or blanks. */
  egressProxy?: string | null
  models?: string[] | null
}

export interface NewAccount extends AccountSettings {
  provider: string
  /** Missing: derived from the label, or the first free of `PROVIDER`, `PROVIDER-2`, ... */
  name?: string
  user?: string
  /** The API key, verbatim; missing if the provider or the server at a loopback base URL needs none. */
  secret?: string
  /** True: the server accepts requests without a key. */
  withoutKey?: boolean
  /** The tokens of a login, instead of a key. Without a base URL, the one that the login named is used. */
  tokens?: TokenSet
  /** Another tool's count of today, recorded before the limits apply. */
  usedToday?: UsedToday
}

/** Changes to an existing account, applied together. */
export interface AccountChanges extends AccountSettings {
  name?: string
  enabled?: boolean
  /** Another API key, verbatim. */
  secret?: string
  /** Another login. */
  tokens?: TokenSet
}

/** The result of renewing a login. */
export interface Renewal {
  account: AccountView
  /** `no-login`: the account has a key, or nothing; `unreachable`: the tokens are unchanged. */
  result: 'renewed' | 'needs-login' | 'unreachable' | 'no-login'
  message: string
}

export interface Verification {
  account: AccountView
  /**
   * `refused`: the provider rejects the credential; `unreachable`: no response; `unchecked`: it cannot be checked.
   */
  result: 'accepted' | 'refused' | 'unreachable' | 'unchecked'
  message: string
  latencyMs: number | null
}

export interface CheckResult extends Omit<Verification, 'account'> {
  /** The base URL at which a model server answers, if it differs from the given one. */
  correctedBaseUrl?: string
}
