import type { Account } from '../account/account.ts'
import { QwenctlError } from '../errors.ts'
import type { Dialect, Provider } from '../provider/provider.ts'

/** Where an account's requests of one dialect go, with its credential: worked out once for each account. */
export interface Target {
  provider: Provider
  /** `https://host:port` */
  origin: string
  /** Path of the base, without a trailing slash; empty for the root. */
  basePath: string
  /** Flat: the headers that carry the credential. */
  authHeaders: string[]
}

/** Throws `invalid_value` when the account has no endpoint of that dialect. */
export function targetOf(
  { account, provider, dialect }: { account: Account; provider: Provider; dialect: Dialect },
  secret: string,
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
    authHeaders: Object.entries(provider.authHeaders(secret, dialect)).flat(),
  }
}
