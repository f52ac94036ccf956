import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Dialect, Provider } from '../../provider/provider.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import type { Access } from '../../toolkit/login/token-set.ts'
import { CheckedHeaders } from '../wire/checked-headers.ts'
import type { UpstreamOrigin } from '../upstream/upstream-origin.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/** Where an account's requests of one dialect go, with its credential: worked out once for each account. */
export interface Target {
  provider: Provider
  /** Where calls go, through the account's egress proxies where it has any. */
  origin: UpstreamOrigin
  base: Base
  /** The headers that carry the credential. */
  authHeaders: CheckedHeaders
  /** The access token of a login, which the provider may refuse before its time; null: a key, or nothing. */
  token: string | null
  /** False: it refuses to be asked for the usage of a stream. Turned off where it is found out. */
  takesUsageOption: boolean
  /** Epoch milliseconds from which on it is to be asked for again; Infinity: it stays. */
  until: number
}

/** The path that an account's routes stand below. */
export class Base {
  /** Without a trailing slash; empty for the root. */
  readonly path: string
  #last = { below: '', whole: '' }

  constructor(path: string) {
    this.path = path
  }

  /** Mostly the same string as before, so that nobody has to compare it letter by letter. */
  whole(below: string): string {
    if (below !== this.#last.below) this.#last = { below, whole: this.path + below }
    return this.#last.whole
  }
}

/** What is opened of an account before anything can be sent for it. */
export interface Opened {
  access: Access
  /** In order; none: directly. */
  via: readonly EgressProxy[]
  /** Where simulated accounts send; null: it is none. */
  sandboxBase: string | null
}

/** Throws `invalid_value` without a word of the credential: it is the account's fault, not the request's. */
function credentialHeaders(account: Account, headers: Record<string, string>): CheckedHeaders {
  try {
    return new CheckedHeaders(Object.entries(headers).flat())
  } catch {
    const what = account.credential.type === 'oauth' ? 'access token' : 'key'
    throw new QwenctlError('invalid_value', `its ${what} has characters that no HTTP header can carry`)
  }
}

/** Throws `invalid_value` when the account has no endpoint of that dialect, or one that is never called. */
export function targetOf(
  { account, provider, dialect }: { account: Account; provider: Provider; dialect: Dialect },
  { access: { secret, until }, via, sandboxBase }: Opened,
  upstreams: Pick<UpstreamPool, 'origin'>,
): Target {
  const base = sandboxBase ?? provider.bases(account.baseUrl)[dialect]
  if (base === null)
    throw new QwenctlError('invalid_value', `${account.name} has no endpoint of the ${dialect} dialect`)
  const url = new URL(base)
  return {
    provider,
    origin: upstreams.origin(url.origin, via),
    base: new Base(url.pathname.replace(/\/+$/, '')),
    authHeaders: credentialHeaders(account, secret === '' ? {} : provider.authHeaders(secret, dialect)),
    takesUsageOption: !provider.rejectsStreamOptions,
    token: account.credential.type === 'oauth' ? secret : null,
    until,
  }
}
