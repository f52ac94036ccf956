// From an account's base URL to where its requests go, and to the endpoint whose limits and terms hold there.

import { maskUrl } from '../account/mask.ts'
import { QwenctlError } from '../base/errors.ts'
import type { Bases, Endpoint, Provider } from './provider.ts'

/**
 * A base URL as people paste it, made one that paths are appended to: no trailing slash, query or fragment, and without
 * the path of a single call. Throws `invalid_value` for what is not an http(s) URL.
 */
export function normalizeBaseUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new QwenctlError('invalid_value', `"${maskUrl(text)}" is not a base URL`, {
      hint: 'write it with its scheme, for example https://api.example.com/v1',
    })
  }
  url.search = ''
  url.hash = ''
  const bare = url.pathname.replace(/\/+$/, '')
  url.pathname = bare.replace(/\/(chat\/completions|completions|embeddings|responses|messages|models)$/i, '')
  return url.href.replace(/\/+$/, '')
}

/**
 * Bases of an account: of the endpoint its URL belongs to, else what the URL itself says. A URL that ends in
 * `/anthropic` is a Messages API (its clients add `/v1/messages`); any other is taken for an OpenAI base as it stands.
 */
export function basesFor(endpoints: Endpoint[], baseUrl: string | null): Bases {
  const endpoint = matchEndpoint(endpoints, baseUrl)
  if (endpoint !== null) return { openai: endpoint.openai, anthropic: endpoint.anthropic }
  if (baseUrl === null) return { openai: null, anthropic: null }
  const url = normalizeBaseUrl(baseUrl)
  return /\/anthropic(\/v1)?$/i.test(url)
    ? { openai: null, anthropic: messagesBase(url) }
    : { openai: url, anthropic: null }
}

/** The base of a Messages API from what its SDKs are given, which is without the version. */
export function messagesBase(baseUrl: string): string {
  const url = normalizeBaseUrl(baseUrl)
  return /\/v\d+$/.test(url) ? url : `${url}/v1`
}

/** The endpoint of an account, for its limits and terms: null base URL means the first; null: none of the known ones. */
export function findEndpoint(provider: Pick<Provider, 'endpoints'>, baseUrl: string | null): Endpoint | null {
  return matchEndpoint(provider.endpoints, baseUrl)
}

/** The limits an account has unless its user says otherwise. */
export function findDefaultLimits(
  provider: Pick<Provider, 'endpoints' | 'defaultLimits'>,
  baseUrl: string | null,
): string[] {
  return findEndpoint(provider, baseUrl)?.limits ?? provider.defaultLimits
}

/** What the terms forbid an account of this base URL, null when nothing is known to matter. */
export function findTerms(
  provider: Pick<Provider, 'endpoints' | 'terms'>,
  baseUrl: string | null,
): string | null {
  return findEndpoint(provider, baseUrl)?.terms ?? provider.terms
}

function matchEndpoint(endpoints: Endpoint[], baseUrl: string | null): Endpoint | null {
  if (baseUrl === null) return endpoints[0] ?? null
  const byId = endpoints.find((endpoint) => endpoint.id === baseUrl)
  if (byId !== undefined) return byId
  const url = normalizeBaseUrl(baseUrl)
  return endpoints.find((endpoint) => isAt(url, endpoint.openai) || isAt(url, endpoint.anthropic)) ?? null
}

/** The base itself, without its version (SDKs of the Messages API add `/v1`), or the bare host. */
function isAt(url: string, base: string | null): boolean {
  if (base === null) return false
  const lower = url.toLowerCase()
  return (
    lower === base.toLowerCase() ||
    lower === base.replace(/\/v1$/, '').toLowerCase() ||
    lower === new URL(base).origin.toLowerCase()
  )
}
