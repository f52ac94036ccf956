import { QwenctlError } from '../../base/errors.ts'
import type { DeviceLogin } from '../../provider/device-login.ts'
import type { Provider } from '../../provider/provider.ts'
import type { AddressRules } from '../accounts/account-fields.ts'
import { checkSettings } from '../accounts/account-fields.ts'
import type { AccountSecrets } from '../accounts/account-secrets.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import { parseEgressList } from '../../net/egress-proxy.ts'
import type { Logins } from './logins.ts'
import type { NewAccount } from '../accounts/account-inputs.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { LoginTime } from './device-login.ts'
import type { LoginOptions, LoginOverrides, PendingLogin } from './pending-login.ts'
import { beginLogin } from './device-login.ts'
import { discover } from './discover.ts'
import type { LoginHttp } from './login-http.ts'
import { checkLoginUrl } from './login-http.ts'
import type { LoginServer } from './token-set.ts'

export interface LoginsParts {
  providers: () => Promise<ProviderRegistry>
  http: (via: readonly EgressProxy[]) => Promise<LoginHttp>
  secrets: AccountSecrets
  addressRules: () => Promise<AddressRules>
  time: LoginTime
}

/** Device logins of new accounts, and of accounts that need a new login. */
export class DeviceLogins implements Logins {
  readonly #parts: LoginsParts

  constructor(parts: LoginsParts) {
    this.#parts = parts
  }

  async begin(
    wanted: NewAccount,
    overrides: LoginOverrides = {},
    options: LoginOptions = {},
  ): Promise<PendingLogin> {
    const { providers, time } = this.#parts
    const provider = (await providers()).get(wanted.provider)
    const http = await this.#http(wanted, provider, options)
    const server = await this.#server(provider, overrides, { ...options, http })
    const device = { ...pickQuirks(provider.device, server), ...server }
    return beginLogin({ http, time, label: provider.label }, device, options.signal)
  }

  /** Reaches the server on the same path as the account's requests. Throws for faults of the account. */
  async #http(wanted: NewAccount, provider: Provider, { account }: LoginOptions): Promise<LoginHttp> {
    const { http, secrets, addressRules } = this.#parts
    const { egressProxy } = checkSettings(wanted, provider, await addressRules())
    if (account !== undefined) return http(await secrets.openEgress(account))
    return http(egressProxy == null ? [] : parseEgressList(egressProxy.url))
  }

  /** The overrides decide first, then the issuer, then the account's last login, then the provider. */
  async #server(
    provider: Provider,
    said: LoginOverrides,
    { before = null, signal, http }: LoginOptions & { http: LoginHttp },
  ): Promise<KnownServer> {
    const found = said.issuer === undefined ? null : await discover(http, said.issuer, signal)
    const own = provider.device
    const endpoints = checkedEndpoints(said)
    const sources = [endpoints, found, before, own]
    const deviceEndpoint = findFirst(sources.map((source) => source?.deviceEndpoint))
    const tokenEndpoint = findFirst(sources.map((source) => source?.tokenEndpoint))
    if (deviceEndpoint === null || tokenEndpoint === null) {
      const flags = '--issuer URL, or --device-endpoint URL and --token-endpoint URL'
      throw missing(provider, 'the login server', flags)
    }
    const clientId = findFirst([said.clientId, before?.clientId, own?.clientId])
    if (clientId === null) throw missing(provider, 'the client id', '--client-id ID')
    const scope = said.scope ?? (before ?? own)?.scope ?? null
    // A server without PKCE ignores its parameters (RFC 6749 §3.1).
    return { deviceEndpoint, tokenEndpoint, clientId, scope, pkce: (before ?? own)?.pkce ?? true }
  }
}

type KnownServer = LoginServer & { deviceEndpoint: string }

/** The provider's special cases apply to its own server only. */
function pickQuirks(own: DeviceLogin | null, server: KnownServer): Partial<DeviceLogin> {
  if (own === null) return {}
  const { refusal, ...quirks } = own
  const isOwn = server.deviceEndpoint === own.deviceEndpoint
  return isOwn && refusal !== undefined ? { ...quirks, refusal } : quirks
}

function checkedEndpoints({ deviceEndpoint, tokenEndpoint }: LoginOverrides): LoginOverrides {
  return {
    ...(deviceEndpoint === undefined
      ? {}
      : { deviceEndpoint: checkLoginUrl(deviceEndpoint, '--device-endpoint') }),
    ...(tokenEndpoint === undefined
      ? {}
      : { tokenEndpoint: checkLoginUrl(tokenEndpoint, '--token-endpoint') }),
  }
}

function findFirst(values: (string | null | undefined)[]): string | null {
  return values.find((value) => typeof value === 'string') ?? null
}

function missing(provider: Provider, subject: string, flags: string): QwenctlError {
  const why = provider.device === null ? `${provider.label} has no login of its own` : 'it is not known'
  return new QwenctlError('missing_answer', `${subject} is missing: ${why}`, { hint: `add ${flags}` })
}
