// The account room: what an account is, how people refer to one, and how a secret is shown. Pure: this room opens
// no file and has no clock. `store/` keeps accounts, `quota/` counts their use.

/** How an account authenticates. `sealed` opens only with the store's vault. */
export type Credential =
  | { type: 'api-key'; sealed: string; /** Masked, for people: `sk-…f3a9`. */ hint: string }
  | {
      type: 'oauth'
      sealed: string
      hint: string
      /** RFC 3339, null when unknown. */ expiresAt: string | null
      /** The token is renewed before it expires; missing: it is not. */ renewable?: boolean
    }
  | {
      type: 'none'
      /** The kind of credential that was lost with an old vault; missing: none was. */ lost?:
        'api-key' | 'oauth'
    }

/** A named credential at one provider, owned by one user. Unique by (user, provider, name). */
export interface Account {
  /** `acc_` and 16 characters; never reused. */
  id: string
  user: string
  provider: string
  name: string
  /** Free text for people, up to 80 characters; missing or null: none. */
  label?: string | null
  groups: string[]
  /** Tier: the smallest number serves first. */
  priority: number
  /** Share within a tier, at least 1. */
  weight: number
  enabled: boolean
  credential: Credential
  /** As configured, `2000/day`; null: the provider's default limits. */
  limits: string[] | null
  /** Null: the provider's own. */
  baseUrl: string | null
  /** The Messages base beside an OpenAI `baseUrl`; missing or null: none of its own. */
  anthropicBaseUrl?: string | null
  /** The service of an account that is no model provider: `/services/NAME`; missing or null: a model provider. */
  service?: string | null
  /** The header with the credential, `Authorization: Bearer {key}`; missing or null: the provider's own. */
  authHeader?: string | null
  /** Accounts that the provider counts together share their cooldowns. */
  quotaGroup: string | null
  /** Sealed like a secret, because the URL may hold a password. */
  egressProxy: { sealed: string; /** The URL without its password. */ shown: string } | null
  /** Models this account may serve; null: whatever the provider has. */
  models: string[] | null
  /** RFC 3339. */
  createdAt: string
  updatedAt: string
}

export const LOCAL_USER = 'local'

/** An account with the default of every setting, and without a credential. `createdAt`: RFC 3339. */
export function plainAccount({
  createdAt,
  ...named
}: Pick<Account, 'id' | 'user' | 'provider' | 'name' | 'createdAt'>): Account {
  return {
    ...named,
    groups: [],
    priority: 0,
    weight: 1,
    enabled: true,
    credential: { type: 'none' },
    limits: null,
    baseUrl: null,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    createdAt,
    updatedAt: createdAt,
  }
}

/** `user:provider/name`, the reference that is never ambiguous. */
export function fullReference(account: Pick<Account, 'user' | 'provider' | 'name'>): string {
  return `${account.user}:${account.provider}/${account.name}`
}

/** As commands take it: `provider/name`, with its user where that is not the default one. */
export function shortReference(account: Pick<Account, 'user' | 'provider' | 'name'>): string {
  const { user, provider, name } = account
  return user === LOCAL_USER ? `${provider}/${name}` : fullReference(account)
}

/** The ledger subject for cooldowns of a quota group. */
export function quotaGroupSubject(account: Pick<Account, 'user' | 'provider' | 'quotaGroup'>): string | null {
  return account.quotaGroup === null
    ? null
    : `group:${account.user}:${account.provider}/${account.quotaGroup}`
}

/**
 * The ledger subject for cooldowns of a whole provider that is overloaded or unreachable; all users share it. Each
 * egress route has its own subject, because another route may still reach the provider.
 */
export function providerSubject({
  provider,
  baseUrl,
  egressProxy,
}: Pick<Account, 'provider' | 'baseUrl' | 'egressProxy'>): string {
  const base = baseUrl === null ? '' : `@${baseUrl}`
  return `provider:${provider}${base}${egressProxy === null ? '' : ` via ${egressProxy.shown}`}`
}
