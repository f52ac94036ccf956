import type { Account } from '../account/account.ts'
import { QwenctlError } from '../errors.ts'
import type { Dialect, Provider } from '../provider/provider.ts'
import type { Access } from '../toolkit/login/token-set.ts'
import { CheckedHeaders } from './upstream/checked-headers.ts'

/** Where an account's requests of one dialect go, with its credential: worked out once for each account. */
export interface Target {
  provider: Provider
  /** `https://host:port` */
  origin: string
  /** Path of the base, without a trailing slash; empty for the root. */
  basePath: string
  /** The headers that carry the credential. */
  authHeaders: CheckedHeaders
  /** The access token of a login, which the provider may refuse before its time; null: a key, or nothing. */
  token: string | null
  /** Epoch milliseconds from which on it is to be asked for again; Infinity: it stays. */
  until: number
}

/** Throws `invalid_value` when the account has no endpoint of that dialect. */
export function targetOf(
  { account, provider, dialect }: { account: Account; provider: Provider; dialect: Dialect },
  { secret, until }: Access,
  sandboxBase: string | null,
): Target {
  const base = provider.simulated ? sandboxBase : provider.bases(account.baseUrl)[dialect]
  if (base === null)
    throw new QwenctlError('invalid_value', `${account.name} has no endpoint of the ${dialect} dialect`)
  const url = new URL(base)
  return {
    provider,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    authHeaders: new CheckedHeaders(Object.entries(provider.authHeaders(secret, dialect)).flat()),
    token: account.credential.type === 'oauth' ? secret : null,
    until,
  }
}
