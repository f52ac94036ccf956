import { isLoopback } from '../../base/loopback.ts'
import { normalizeBaseUrl } from '../../provider/endpoints.ts'
import type { Provider } from '../../provider/provider.ts'

/** Which provider an endpoint belongs to, and the base URL that an account there needs. */
export interface Service {
  provider: string
  /** Null: the provider's own. */
  baseUrl: string | null
}

const ALIBABA = /(^|\.)(dashscope(-intl|-us)?|maas)\.aliyuncs\.com$/i

/**
 * The service behind a base URL: the provider whose host it is, else `custom`, so that no key goes to a service that it
 * is not of. Without a URL it is `named`.
 */
export function serviceAt(providers: readonly Provider[], baseUrl: string | null, named: string): Service {
  const url = baseUrl === null ? null : URL.parse(baseUrl.trim())
  if (baseUrl === null) return { provider: named, baseUrl: null }
  if (url === null || !/^https?:$/.test(url.protocol)) return { provider: named, baseUrl }
  const provider = providers.find((candidate) => isAt(candidate, url)) ?? null
  if (provider !== null) return { provider: provider.id, baseUrl: unlessDefault(provider, baseUrl) }
  // Clients of the Messages API are given a base that does not say its dialect: only this provider takes it as it is.
  return { provider: named === 'anthropic' ? 'anthropic' : 'custom', baseUrl: normalizeBaseUrl(baseUrl) }
}

function isAt(provider: Provider, url: URL): boolean {
  if (provider.id === 'qwen' && ALIBABA.test(url.hostname)) return true
  return provider.endpoints.some(({ openai, anthropic }) =>
    [openai, anthropic].some((base) => base !== null && new URL(base).host === url.host),
  )
}

function unlessDefault(provider: Provider, baseUrl: string): string | null {
  const own = provider.bases(null)
  const named = provider.bases(baseUrl)
  return own.openai === named.openai && own.anthropic === named.anthropic ? null : normalizeBaseUrl(baseUrl)
}

/** Ports that proxies like ours listen on unless told otherwise. */
const PROXY_PORTS: Readonly<Record<string, string>> = {
  3000: 'qwenctl',
  4000: 'LiteLLM',
  8080: 'qwen-code-oai-proxy',
  8317: 'CLIProxyAPI',
}

/** Why a key that clients are given is none of an upstream; null: nothing says so. */
export function clientKeyReason(secret: string, baseUrl: string | null): string | null {
  if (secret.startsWith('qk_')) return 'a client key of qwenctl: what programs present to the proxy'
  const url = baseUrl === null ? null : URL.parse(baseUrl)
  if (url === null || !isLoopback(url.hostname)) return null
  const proxy = PROXY_PORTS[url.port]
  return proxy === undefined
    ? null
    : `its base URL is a proxy on this machine (port ${url.port}, as of ${proxy}), so it is a client key`
}

/** Why a secret is no API key; null: it may be one. */
export function loginReason(secret: string): string | null {
  return secret.startsWith('sk-ant-oat') || secret.startsWith('sk-ant-ort')
    ? `a Claude subscription login: ${subscriptionTerms}`
    : null
}

export const subscriptionTerms =
  'the terms of the service allow a subscription login in its own products alone; use an API key'

/** What people leave in example files. */
export function isPlaceholder(secret: string): boolean {
  return /^(<.*>|\.{3,}|x{4,}|sk-(x{3,}|\.{3,}|your.*|\*+)|your[-_ ].*|change[-_]?me|replace[-_]?me|todo|none|null|dummy|fake)$/i.test(
    secret,
  )
}
