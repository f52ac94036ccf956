import type { ClientDialect } from '../provider/provider.ts'
import type { WireFormat } from '../provider/wire-format.ts'
import type { EndpointWish, RotationRequest } from './rotation-request.ts'

/** The format and endpoint in which an account gets a request. */
export interface RequestForm extends EndpointWish {
  /** Null: the client's own format. */
  format: WireFormat | null
}

/** An endpoint of the pool, as selection sees it. */
export interface Endpoint {
  dialect: ClientDialect
  /** The wire format of the client, if accounts of other formats can serve it; null: only its own can. */
  format: WireFormat | null
  /** How accounts can serve it, the client's own format first. */
  ways: readonly RequestForm[]
}

// Every service of a dialect has its chat.
export const asChat: RequestForm = { dialect: 'openai', format: 'chat', route: null }
export const asMessages: RequestForm = { dialect: 'anthropic', format: 'messages', route: null }
export const asEmbeddings: RequestForm = { dialect: 'openai', format: 'embeddings', route: '/embeddings' }
export const asResponses: RequestForm = { dialect: 'openai', format: 'responses', route: '/responses' }
export const asGeminiEmbeddings: RequestForm = {
  dialect: 'gemini',
  format: 'gemini-embeddings',
  route: '/models/*:batchEmbedContents',
}
/** Without an account that counts, counts are estimated. */
export const asGeminiCount: RequestForm = {
  dialect: 'gemini',
  format: 'gemini',
  route: '/models/*:countTokens',
}
const asTranslatedCount: RequestForm = { ...asGeminiCount, format: 'gemini-count' }
export const asGemini: RequestForm = { dialect: 'gemini', format: 'gemini', route: null }

const translated: ReadonlyMap<string, Endpoint> = new Map([
  [
    '/chat/completions',
    { dialect: 'openai', format: 'chat', ways: [asChat, asMessages, asResponses, asGemini] },
  ],
  [
    '/responses',
    { dialect: 'openai', format: 'responses', ways: [asResponses, asChat, asMessages, asGemini] },
  ],
  [
    '/messages',
    { dialect: 'anthropic', format: 'messages', ways: [asMessages, asChat, asResponses, asGemini] },
  ],
  [
    '/messages/count_tokens',
    {
      dialect: 'anthropic',
      format: 'messages-count',
      ways: [
        { dialect: 'anthropic', format: 'messages-count', route: '/messages/count_tokens' },
        asTranslatedCount,
      ],
    },
  ],
  [
    '/responses/input_tokens',
    {
      dialect: 'openai',
      format: 'responses-count',
      ways: [
        { dialect: 'openai', format: 'responses-count', route: '/responses/input_tokens' },
        asTranslatedCount,
      ],
    },
  ],
  ['/embeddings', { dialect: 'openai', format: 'embeddings', ways: [asEmbeddings, asGeminiEmbeddings] }],
])

const geminiChat: Endpoint = {
  dialect: 'openai',
  format: 'gemini',
  ways: [asGemini, asChat, asMessages, asResponses],
}
const geminiEmbeddings: Endpoint = {
  dialect: 'openai',
  format: 'gemini-embeddings',
  ways: [asGeminiEmbeddings, asEmbeddings],
}

/** The methods of Google's models. */
export const geminiMethods: ReadonlyMap<string, Endpoint> = new Map([
  ['generateContent', geminiChat],
  ['streamGenerateContent', geminiChat],
  ['embedContent', geminiEmbeddings],
  ['batchEmbedContents', geminiEmbeddings],
  ['countTokens', { dialect: 'openai', format: 'gemini', ways: [asGeminiCount] }],
])

/** Google's paths name the model, and the method after a colon. A client without a model leaves its name empty. */
const GEMINI_PATH = /^(?:\/v1(?:beta|alpha)\d*)?\/models\/(.{0,1500}):(\w+)$/

/** The model, the method and the endpoint of one of Google's paths; null: another path. */
export function readGeminiPath(path: string): { model: string; method: string; endpoint: Endpoint } | null {
  const [, name = '', method = ''] = GEMINI_PATH.exec(path) ?? []
  const endpoint = geminiMethods.get(method)
  return endpoint === undefined ? null : { model: decodeName(name), method, endpoint }
}

function decodeName(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // no account lists it
  }
}

/** The endpoint that serves a path of Ollama's API. */
export const ollamaPaths = {
  '/api/chat': '/chat/completions',
  '/api/generate': '/chat/completions',
  '/api/embed': '/embeddings',
  '/api/embeddings': '/embeddings',
} as const

/** The endpoint at a path below `/v1`, or at one of Google's paths. `quota explain` and the proxy both read it here. */
export function endpointAt(path: string): Endpoint {
  const known = translated.get(path) ?? readGeminiPath(path)?.endpoint
  if (known !== undefined) return known
  const dialect = path.startsWith('/messages/') ? 'anthropic' : 'openai'
  return { dialect, format: null, ways: [{ dialect, format: null, route: path }] }
}

/** Pictures and sound, for which there is no estimate, and counts of tokens, which use up nothing. */
const HOLDS_NOTHING = /^\/(?:images|audio)\/|\/(?:count_tokens|input_tokens)$|:countTokens$/

/** Whether a request to the endpoint holds nothing of limits of tokens and dollars while it is in flight. */
export function holdsNothing(path: string): boolean {
  return HOLDS_NOTHING.test(path)
}

const searches = new WeakMap<readonly RequestForm[], readonly (readonly RequestForm[])[]>()

/**
 * The searches for an account, each for one of these ways: first in the client's own format, then in any other, since
 * among those the order of the accounts decides. Then in each other format alone, for an account that answers that it
 * lacks its first one.
 */
export function listSearches(ways: readonly RequestForm[]): readonly (readonly RequestForm[])[] {
  let found = searches.get(ways)
  if (found === undefined) {
    const [own, ...others] = ways
    found = [own === undefined ? [] : [own], others, ...others.map((way) => [way])].filter(isNew)
    searches.set(ways, found)
  }
  return found
}

/** Two searches for the same single way are one. */
function isNew(
  search: readonly RequestForm[],
  index: number,
  all: readonly (readonly RequestForm[])[],
): boolean {
  const [only] = search
  if (search.length === 0) return false
  return search.length > 1 || !all.slice(0, index).some((one) => one.length === 1 && one[0] === only)
}

/** The demands of one search on the pool. `common`: those of all searches of the request. */
export function wantedBy(
  search: readonly RequestForm[],
  { model, provider }: Pick<RotationRequest, 'model' | 'provider'>,
  { pin, group, session, homes, user, allowed }: RotationRequest,
): RotationRequest {
  const rest = { model, provider, group, pin, session, homes, user, allowed }
  if (search.length !== 1) return { dialect: null, route: null, anyOf: search, ...rest }
  const { dialect, route } = search[0]!
  return { dialect, route, anyOf: null, ...rest }
}
