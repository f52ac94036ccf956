import { isLoopback } from '../../../base/loopback.ts'
import { normalizeBaseUrl } from '../../../provider/endpoints.ts'
import type { Provider } from '../../../provider/provider.ts'
import { findServiceOfHost } from '../../../provider/service-at-base.ts'
import { findServiceProvider } from '../../../provider/service-names.ts'
import { findKnownService, isKnownHost, plainServiceName } from './known-services.ts'

/** The provider of an endpoint, and the base URL that an account there needs. */
export interface Service {
  provider: string
  /** Null: the provider's own base URL. */
  baseUrl: string | null
  /** How the base URL differs from the one in the source; left out: it does not. */
  note?: string
}

/** The base of a Messages API, as its clients write it. */
const MESSAGES_BASE = /\/anthropic(\/v1)?\/*$/i

/**
 * The service at a base URL: the provider with that host, else `custom`. A key therefore never goes to another
 * service. Without a URL: `named`.
 */
export function serviceAt(providers: readonly Provider[], baseUrl: string | null, named: string): Service {
  const url = baseUrl === null ? null : URL.parse(baseUrl.trim())
  if (baseUrl === null) return { provider: named, baseUrl: null }
  if (url === null || !/^https?:$/.test(url.protocol)) return { provider: named, baseUrl }
  if (findServiceOfHost(url.hostname) === 'azure') {
    const provider = providers.some(({ id }) => id === 'azure') ? 'azure' : 'custom'
    return { provider, baseUrl: azureBase(url) }
  }
  const provider = providers.find((candidate) => isAt(candidate, url)) ?? null
  // Clients of the Messages API get a base URL without a dialect, which only this provider accepts unchanged.
  const isMessages = named === 'anthropic' && !MESSAGES_BASE.test(url.pathname)
  if (isMessages && (provider === null || !hasEndpointAt(provider, url)))
    return { provider: 'anthropic', baseUrl: normalizeBaseUrl(baseUrl) }
  const completed = completeLocalBase(providers, url)
  const note = completed === null ? {} : { note: `its base URL ${baseUrl} becomes ${completed}` }
  if (provider !== null)
    return { provider: provider.id, baseUrl: unlessDefault(provider, completed ?? baseUrl), ...note }
  return { provider: 'custom', baseUrl: normalizeBaseUrl(completed ?? baseUrl), ...note }
}

/**
 * The service that a tool calls by name, at a base URL of its own or at the public one; null: unknown, and without a
 * URL.
 */
export function serviceCalled(
  providers: readonly Provider[],
  name: string,
  baseUrl: string | null = null,
): Service | null {
  const known = findKnownService(name)
  const id =
    providers.find((provider) => provider.id === plainServiceName(name))?.id ?? findServiceProvider(name)
  const own = id !== null && providers.some((one) => one.id === id && !one.needsBaseUrl) ? id : null
  const url = baseUrl ?? known?.base ?? null
  if (url === null && own === null) return null
  return serviceAt(providers, url, own ?? 'custom')
}

/** Whether a service with API keys has its Messages API at this base URL; else a token there is one of a login. */
export function isServiceOfKeys(providers: readonly Provider[], baseUrl: string | null): boolean {
  const url = baseUrl === null ? null : URL.parse(baseUrl)
  if (url === null) return false
  if (MESSAGES_BASE.test(url.pathname) || isKnownHost(url.host)) return true
  return providers.some((provider) => provider.id !== 'anthropic' && isAt(provider, url))
}

/**
 * The v1 API of Azure takes the key of a resource as any OpenAI client sends it. `model` is the name of a deployment.
 * The older paths below `/openai/deployments` need `api-version`, which no account has.
 */
function azureBase(url: URL): string {
  return `${url.origin}/openai/v1`
}

function isAt(provider: Provider, url: URL): boolean {
  // Proxies and model servers share ports on this machine; a key there is for the proxy.
  if (isLoopback(url.hostname) && url.port in PROXY_PORTS) return false
  return findServiceOfHost(url.hostname) === provider.id || hasEndpointAt(provider, url)
}

function hasEndpointAt(provider: Provider, url: URL): boolean {
  return provider.endpoints.some(({ openai, anthropic }) =>
    [openai, anthropic].some((base) => base !== null && new URL(base).host === url.host),
  )
}

function unlessDefault(provider: Provider, baseUrl: string): string | null {
  // The address of a server on this machine tells later steps that it needs no key.
  if (isLoopback(new URL(baseUrl).hostname)) return normalizeBaseUrl(baseUrl)
  const own = provider.bases(null)
  const named = provider.bases(baseUrl)
  return own.openai === named.openai && own.anthropic === named.anthropic ? null : normalizeBaseUrl(baseUrl)
}

/**
 * The base URL of a model server that a tool names without a path (`http://localhost:11434`), recognised by its port;
 * null: another address, or one with a path. At Ollama's port `/api` is its own API; at others it may be any base, such
 * as that of Open WebUI (docs.openwebui.com/reference/api-endpoints, 2026-11).
 */
function completeLocalBase(providers: readonly Provider[], url: URL): string | null {
  const isOllama = url.port === OLLAMA_PORT && /^\/api\/?$/.test(url.pathname)
  if (url.protocol !== 'http:' || (url.pathname !== '/' && !isOllama)) return null
  const local = providers
    .flatMap(({ endpoints }) => endpoints)
    .flatMap(({ openai }) => (openai === null ? [] : [new URL(openai)]))
    .find((base) => isLoopback(base.hostname) && base.port === url.port)
  return local === undefined ? null : `${url.origin}${local.pathname}`
}

const OLLAMA_PORT = '11434'

/** Default ports of qwenctl and similar proxies. */
const PROXY_PORTS: Readonly<Record<string, string>> = {
  3000: 'qwenctl',
  4000: 'LiteLLM',
  8080: 'qwen-code-oai-proxy',
  8317: 'CLIProxyAPI',
}

/** The sign that a proxy issued the key, not an upstream; null: there is none. */
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
  return /^(<.*>|\.{3,}|\*+|x{4,}|sk-|sk-(x{3,}|\.{3,}|your.*|\*+)|(my|your|insert|enter|put)[-_ ].*|change[-_]?me|replace[-_]?me|placeholder|api[-_]?key|todo|none|null|dummy|fake|empty|not[-_ ]?needed|user[-_]?provided)$/i.test(
    secret,
  )
}

/** A value of SOPS or dotenvx (their documentation, read 2026-11-30). */
export function isEncrypted(secret: string): boolean {
  return /^(?:ENC\[[A-Z0-9_]+,|encrypted:)/.test(secret)
}
