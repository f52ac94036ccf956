import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import { findBases } from '../../provider/endpoints.ts'
import { parseAuthHeader } from '../../provider/auth-header.ts'
import type { Dialect, Provider } from '../../provider/provider.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import type { Access } from '../../toolkit/login/token-set.ts'
import { CheckedHeaders } from '../wire/headers/checked-headers.ts'
import type { UpstreamOrigin } from '../transport/upstream-origin.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/**
 * The destination of an account's requests in one dialect, with its credential. Built once for each account.
 */
export interface Target {
  provider: Provider
  /** The origin of calls, through the account's egress proxies if it has any. */
  origin: UpstreamOrigin
  base: Base
  /** The headers with the credential. */
  authHeaders: CheckedHeaders
  /** The key or access token; empty: none. */
  secret: string
  /** The access token of a login, which the provider may refuse early; null: a key, or nothing. */
  token: string | null
  /** False: the account refuses the usage option of streams. Cleared when that is found out. */
  takesUsageOption: boolean
  /** Parameters that a model here refuses, although clients do not write them, by model. Null: none known. */
  refusedParameters: Map<string, string[]> | null
  /** By model, the most tokens of an answer that the upstream takes; null: none is known. */
  mostTokens: Map<string, number> | null
  /** When the target expires, in epoch milliseconds; Infinity: never. */
  until: number
}

/** The path of a base URL. */
export class Base {
  /** Without a trailing slash; empty for the root. */
  readonly path: string
  #last = { below: '', whole: '' }

  constructor(path: string) {
    this.path = path
  }

  /** Returns mostly the same string as before, which makes later comparisons cheap. */
  whole(below: string): string {
    if (below !== this.#last.below) this.#last = { below, whole: this.path + below }
    return this.#last.whole
  }
}

/** The parts of an account that must be open before it can send. */
export interface Opened {
  access: Access
  /** In order; empty: a direct connection. */
  via: readonly EgressProxy[]
  /** The upstream of simulated accounts; null: the account is not simulated. */
  sandboxBase: string | null
}

/** `concat` makes a list of the exact size, for each of thousands of accounts. */
const NO_HEADERS: string[] = []

/** Throws `invalid_value` without quoting the credential: the fault is the account's, not the request's. */
function credentialHeaders(account: Account, headers: Record<string, string>): CheckedHeaders {
  try {
    return new CheckedHeaders(NO_HEADERS.concat(...Object.entries(headers)))
  } catch {
    const what = account.credential.type === 'oauth' ? 'access token' : 'key'
    throw new QwenctlError('invalid_value', `its ${what} has characters that no HTTP header can carry`)
  }
}

function headersFor(
  { authHeader }: Account,
  provider: Provider,
  { secret, dialect }: { secret: string; dialect: Dialect },
): Record<string, string> {
  if (secret === '') return {}
  const own = authHeader == null ? null : parseAuthHeader(authHeader)
  return own === null
    ? provider.authHeaders(secret, dialect)
    : { [own.name]: own.value.replaceAll('{key}', () => secret) }
}

/** The base URL of a service: the account's, else the one of its plugin. */
function serviceBase({ baseUrl }: Account, { endpoints }: Provider): string | null {
  return baseUrl ?? endpoints[0]?.openai ?? null
}

/** The parsed base URLs. Thousands of accounts may have the same, and share it. */
export class Bases {
  readonly #parsed = new Map<string, { origin: string; base: Base }>()

  parse(text: string): { origin: string; base: Base } {
    let parsed = this.#parsed.get(text)
    if (parsed === undefined) {
      const { origin, pathname } = new URL(text)
      parsed = { origin, base: new Base(pathname.replace(/\/+$/, '')) }
      this.#parsed.set(text, parsed)
    }
    return parsed
  }
}

/** Throws `invalid_value` if the account has no endpoint of that dialect, or a forbidden one. */
export function buildTarget(
  { account, provider, dialect }: { account: Account; provider: Provider; dialect: Dialect },
  { access: { secret, until }, via, sandboxBase }: Opened,
  { upstreams, bases }: { upstreams: Pick<UpstreamPool, 'origin'>; bases: Bases },
): Target {
  const isService = provider.kind === 'http'
  const text = isService
    ? serviceBase(account, provider)
    : (sandboxBase ?? findBases(account, provider)[dialect] ?? null)
  if (text === null)
    throw new QwenctlError('invalid_value', `${account.name} has no endpoint of the ${dialect} dialect`)
  const { origin, base } = bases.parse(text)
  return {
    provider,
    origin: upstreams.origin(origin, via),
    base,
    authHeaders: credentialHeaders(account, headersFor(account, provider, { secret, dialect })),
    takesUsageOption: !provider.rejectsStreamOptions,
    secret,
    token: account.credential.type === 'oauth' ? secret : null,
    refusedParameters: null,
    mostTokens: null,
    until,
  }
}
