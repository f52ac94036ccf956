import type { Dialect } from '../../../provider/provider.ts'
import type { RequestForm } from '../../../rotation/endpoints.ts'
import { endpointAt, geminiMethods, ollamaPaths, readGeminiPath } from '../../../rotation/endpoints.ts'
import type { WireFormat } from '../../../provider/wire-format.ts'
import type { OllamaRoute } from '../../../translate/ollama/ollama-request.ts'

/** An endpoint of the pool: the client's wire format there, and the matching upstream path. */
export interface Route {
  dialect: Dialect
  /** The name in logs and metrics: never a path that a client made up. */
  name: string
  /** Below the upstream's base. */
  path: string
  /** The service has a default model; false: a request must name one. */
  hasDefaultModel: boolean
  /** Streams of this route report usage only on request. */
  asksForUsage: boolean
  /** The request may bring a file in a form. The answer may be sound, a picture or plain text. */
  isMedia: boolean
  /** The wire format of the client, if accounts of other formats can serve it; null: only its own can. */
  format: WireFormat | null
  /** How accounts can serve it, the client's own format first; empty: qwenctl answers it itself. */
  ways: readonly RequestForm[]
  /** The account that made an answer stores it, and later requests name it. */
  keepsState: boolean
  /** False: it uses up none of the account's requests. */
  isCounted: boolean
  /** The endpoint of Ollama's API that the request came to; null: none. */
  ollama: OllamaRoute | null
  /** The service of a request to any HTTP API; null: a request for a model. */
  service: string | null
  /** The id of the stored response that the path names; null: it names none. */
  stored: string | null
}

const makeRoute = (path: string, more: Partial<Route> = {}): Route => ({
  ...endpointAt(path),
  name: `/v1${path}`,
  path,
  hasDefaultModel: more.isMedia === true,
  asksForUsage: false,
  isMedia: false,
  keepsState: false,
  isCounted: true,
  ollama: null,
  service: null,
  stored: null,
  ...more,
})

const routes = [
  makeRoute('/chat/completions', { asksForUsage: true }),
  makeRoute('/completions', { asksForUsage: true }),
  makeRoute('/embeddings'),
  makeRoute('/responses', { keepsState: true }),
  makeRoute('/responses/compact', { keepsState: true }),
  makeRoute('/responses/input_tokens', { isCounted: false }),
  // platform.openai.com/docs/api-reference/moderations (2026-11): `model` is optional.
  makeRoute('/moderations', { hasDefaultModel: true }),
  makeRoute('/rerank'),
  makeRoute('/images/generations', { isMedia: true }),
  makeRoute('/images/edits', { isMedia: true }),
  makeRoute('/images/variations', { isMedia: true }),
  makeRoute('/audio/speech', { isMedia: true }),
  makeRoute('/audio/transcriptions', { isMedia: true }),
  makeRoute('/audio/translations', { isMedia: true }),
  makeRoute('/messages'),
  makeRoute('/messages/count_tokens', { isCounted: false }),
]

const ollamaRoutes: ReadonlyMap<string, Route> = new Map(
  Object.entries(ollamaPaths).map(([name, path]) => [
    name,
    { ...makeRoute(path), name, ollama: name.slice('/api/'.length) as OllamaRoute },
  ]),
)

/** Whether a client of Ollama's API asks for a chat answer. The body is a chat completion that qwenctl wrote. */
export function isOllamaChat({ ollama }: Pick<Route, 'ollama'>): boolean {
  return ollama === 'chat' || ollama === 'generate'
}

const byPath: ReadonlyMap<string, Route> = new Map(routes.map((route) => [route.path, route]))

/**
 * Services have more endpoints for pictures and sound than OpenAI. Without dots, no path leaves these
 * folders.
 */
const MEDIA_PATH = /^\/(images|audio)(?:\/[A-Za-z0-9_-]{1,64}){1,4}$/

/** The facts of a request that are in its path, not in its body. */
export interface PathFacts {
  model: string
  isStream: boolean
  /** The stream is a JSON list, not events. */
  isList: boolean
  /** The method of the model. For a chat it follows from the stream. */
  method: string
}

/** The destination of a request. */
export interface Destination {
  /** As in the table: `/v1` may be missing, because clients differ in their base URL. */
  readonly path: string
  /** With its question mark; empty: there is none. */
  readonly query: string
  /** Null: not a pool route. */
  readonly route: Route | null
  /** Null: the body has them. */
  readonly facts: PathFacts | null
}

/** Reads destinations, and keeps the last one: most requests have the same as the one before. */
export class Destinations {
  #last: { url: string; destination: Destination } | null = null

  read(url: string): Destination {
    if (this.#last?.url === url) return this.#last.destination
    const destination = readDestination(url)
    this.#last = { url, destination }
    return destination
  }
}

export function readDestination(url: string): Destination {
  const mark = url.indexOf('?')
  const whole = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark)
  const plain = whole.startsWith('/v1/') ? whole.slice(3) : whole
  const known = byPath.get(plain)
  return known === undefined
    ? unusualDestination(whole, query)
    : { path: plain, query, route: known, facts: null }
}

function unusualDestination(whole: string, query: string): Destination {
  const service = SERVICE_PATH.exec(whole)
  if (service !== null) return serviceDestination(service, query)
  const path = tidyPath(whole)
  return geminiDestination(path, query) ?? { path, query, route: routeFor(path), facts: null }
}

const geminiRoutes: ReadonlyMap<string, Route> = new Map(
  [...geminiMethods].map(([method, endpoint]) => {
    const isCount = method === 'countTokens'
    const name = `/v1beta/models/*:${method}`
    const path = isCount ? '/countTokens' : '/chat/completions'
    return [method, makeRoute(path, { ...endpoint, name, isCounted: !isCount })]
  }),
)

function geminiDestination(path: string, query: string): Destination | null {
  const found = readGeminiPath(path)
  if (found === null) return null
  const { model, method } = found
  const isStream = method === 'streamGenerateContent'
  const isList = isStream && !/[?&]alt=sse\b/.test(query)
  return { path, query, route: geminiRoutes.get(method)!, facts: { model, isStream, isList, method } }
}

/** `/services/NAME/PATH`. The path goes upstream as the client wrote it. */
const SERVICE_PATH = /^\/services\/([A-Za-z0-9][A-Za-z0-9._@+-]{0,63})(\/.*)?$/

/** A path with such a segment, encoded or not, would leave the base URL of the account. */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\]|%2f|%5c)/i

function serviceDestination([, service = '', below = '/']: RegExpExecArray, query: string): Destination {
  const name = '/services/*'
  const path = `/services/${service}${below}`
  if (DOT_SEGMENT.test(below)) return { path, query, route: null, facts: null }
  const ways: readonly RequestForm[] = [{ dialect: 'openai', format: null, route: below }]
  const any = { dialect: 'openai', format: null, ways, name, service, isMedia: true } as const
  return { path, query, route: makeRoute(below, any), facts: null }
}

/** Prefixes that clients add to an endpoint when they combine two base URLs. */
const BASE = /^(?:\/(?:openai|anthropic)(?=\/))?(?:\/v1(?=\/|$))*/i

/** Removes what base URLs leave in a path: doubled slashes, a slash at the end, `/v1` once or more. */
function tidyPath(whole: string): string {
  const single = whole.replace(/\/{2,}/g, '/')
  const open = single.endsWith('/') ? single.slice(0, -1) : single
  return open.replace(BASE, '') || '/'
}

/** The paths of a response that its account stored. */
const STORED_PATH = /^\/responses\/([A-Za-z0-9_-]{1,250})(?:\/(?:cancel|input_items))?$/

function storedRoute(path: string): Route | null {
  const stored = STORED_PATH.exec(path)?.[1]
  if (stored === undefined) return null
  const ways = [{ dialect: 'openai', format: null, route: '/responses/*' }] as const
  return makeRoute(path, {
    name: '/v1/responses/*',
    isMedia: true,
    isCounted: false,
    keepsState: true,
    stored,
    ways,
  })
}

function routeFor(path: string): Route | null {
  const known = byPath.get(path) ?? ollamaRoutes.get(path) ?? storedRoute(path)
  if (known !== null) return known
  const folder = MEDIA_PATH.exec(path)?.[1]
  return folder === undefined ? null : makeRoute(path, { isMedia: true, name: `/v1/${folder}/*` })
}

/** The wire format of a path's errors, even for an unknown path. */
export function detectDialect(path: string, hasAnthropicVersion: boolean): Dialect {
  return path.startsWith('/messages') || hasAnthropicVersion ? 'anthropic' : 'openai'
}
