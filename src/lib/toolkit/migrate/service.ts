import { isLoopback } from '../../base/loopback.ts'
import { normalizeBaseUrl } from '../../provider/endpoints.ts'
import type { Provider } from '../../provider/provider.ts'

/** The provider of an endpoint, and the base URL that an account there needs. */
export interface Service {
  provider: string
  /** Null: the provider's own base URL. */
  baseUrl: string | null
}

const ALIBABA = /(^|\.)(dashscope(-intl|-us)?|maas)\.aliyuncs\.com$/i

/**
 * The service at a base URL: the provider with that host, else `custom`. A key therefore never goes to another
 * service. Without a URL: `named`.
 */
export function serviceAt(providers: readonly Provider[], baseUrl: string | null, named: string): Service {
  const url = baseUrl === null ? null : URL.parse(baseUrl.trim())
  if (baseUrl === null) return { provider: named, baseUrl: null }
  if (url === null || !/^https?:$/.test(url.protocol)) return { provider: named, baseUrl }
  const provider = providers.find((candidate) => isAt(candidate, url)) ?? null
  if (provider !== null) return { provider: provider.id, baseUrl: unlessDefault(provider, baseUrl) }
  // Clients of the Messages API get a base URL without a dialect, which only this provider accepts unchanged.
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

/** Default ports of qwenctl and similar proxies. */
const PROXY_PORTS: Readonly<Record<string, string>> = {
  3000: 'qwenctl',
  4000: 'LiteLLM',
  8080: 'qwen-code-oai-proxy',
  8317: 'CLIProxyAPI',
}

/** Why a key was issued by a proxy and not by an upstream; null: no sign of that. */
export function clientKeyReason(secret: string, baseUrl: string | null): string | null {
  if (secret.startsWith('qk_')) return 'a client key of qwenctl: what programs present to the proxy'
  const url = baseUrl === null ? null : URL.parse(baseUrl)
  if (url === null || !isLoopback(url.hostname)) return null
  const proxy = PROXY_PORTS[url.port]
  return proxy === undefined
    ? null
    : `its base URL is a proxy on this machine (port ${url.port}, as of ${proxy}), so it is a client key`
}

/** Why a secret is not an API key; null: it may be one. */
export function loginReason(secret: string): string | null {
  return secret.startsWith('sk-ant-oat') || secret.startsWith('sk-ant-ort')
    ? `a Claude subscription login: ${subscriptionTerms}`
    : null
}

export const subscriptionTerms =
  'the terms of the service allow a subscription login in its own products alone; use an API key'

/** Placeholders from example files. */
export function isPlaceholder(secret: string): boolean {
  return /^(<.*>|\.{3,}|x{4,}|sk-(x{3,}|\.{3,}|your.*|\*+)|your[-_ ].*|change[-_]?me|replace[-_]?me|todo|none|null|dummy|fake)$/i.test(
    secret,
  )
}
