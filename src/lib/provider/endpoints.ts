// Maps an account's base URL to the destination of its requests, and to the endpoint with its limits and terms.

import type { Account } from '../account/account.ts'
import { maskUrl } from '../account/mask.ts'
import { QwenctlError } from '../base/errors.ts'
import type { Bases, Endpoint, Provider } from './provider.ts'

/**
 * Normalises a pasted base URL so that paths can be appended: no trailing slash, query or fragment, and without the
 * path of a single call. Throws `invalid_value` for a text that is not an http(s) URL.
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
 * The bases of an account: those of the endpoint of its URL, else those that the URL implies. A URL that ends in
 * `/anthropic` is a Messages API (its clients add `/v1/messages`). One that ends in `/gemini` or in Google's version
 * `/v1beta` is a Gemini API. Any other URL counts as an OpenAI base, unchanged.
 */
export function basesFor(endpoints: Endpoint[], baseUrl: string | null): Bases {
  const endpoint = matchEndpoint(endpoints, baseUrl)
  if (endpoint !== null) {
    const { openai, anthropic, gemini = null } = endpoint
    return { openai, anthropic, ...(gemini === null ? {} : { gemini }) }
  }
  if (baseUrl === null) return { openai: null, anthropic: null }
  const url = normalizeBaseUrl(baseUrl)
  if (/\/(?:gemini|v1(?:alpha|beta)\d*)$/i.test(url))
    return { openai: null, anthropic: null, gemini: url.replace(/\/gemini$/i, '/gemini/v1beta') }
  return /\/anthropic(\/v1)?$/i.test(url)
    ? { openai: null, anthropic: messagesBase(url) }
    : { openai: url, anthropic: null }
}

/** The bases of an account: a Messages base of its own comes before the one of its provider. */
export function findBases(
  { baseUrl, anthropicBaseUrl }: Pick<Account, 'baseUrl' | 'anthropicBaseUrl'>,
  provider: Pick<Provider, 'bases'>,
): Bases {
  const bases = provider.bases(baseUrl)
  return anthropicBaseUrl == null ? bases : { ...bases, anthropic: messagesBase(anthropicBaseUrl) }
}

/** The base of a Messages API from the base URL of its SDKs, which lacks the version. */
export function messagesBase(baseUrl: string): string {
  const url = normalizeBaseUrl(baseUrl)
  return /\/v\d+$/.test(url) ? url : `${url}/v1`
}

/**
 * The endpoint of an account, for its limits and terms. Null base URL: the first endpoint. Result null: none of the
 * known ones.
 */
export function findEndpoint(provider: Pick<Provider, 'endpoints'>, baseUrl: string | null): Endpoint | null {
  return matchEndpoint(provider.endpoints, baseUrl)
}

/** The limits of an account without limits from its user. */
export function findDefaultLimits(
  provider: Pick<Provider, 'endpoints' | 'defaultLimits'>,
  baseUrl: string | null,
): string[] {
  return findEndpoint(provider, baseUrl)?.limits ?? provider.defaultLimits
}

/** The terms that restrict this base URL; null: nothing relevant is known. */
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
  return endpoints.find((endpoint) => isAtEndpoint(url, endpoint)) ?? null
}

function isAtEndpoint(url: string, { openai, anthropic, gemini = null }: Endpoint): boolean {
  return isAt(url, openai) || isAt(url, anthropic) || isAt(url, gemini)
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
