import { QwenctlError } from '../../base/errors.ts'
import type { MetricsText } from '../../observe/metrics.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'
import { allowMethods } from './allow-methods.ts'
import { health, readiness } from './health.ts'
import { isBatchPath } from './lazy-batches.ts'
import type { LazyBatches } from './lazy-batches.ts'
import { HELLO_PATH, isOllamaPath } from './management-seam.ts'
import { answerMetrics } from './metrics.ts'
import { listModels } from './models.ts'
import { answerOllama } from './ollama-models.ts'
import { answerUsage } from './usage.ts'

/** The paths of model lists, without the `/v1` that a client may leave out. */
export const GEMINI_LIST = '/v1beta/models'
const MODEL_LISTS = ['/models', GEMINI_LIST]

/** Whether a path is Gemini's list of models, or one model of it. */
export function isGeminiList(path: string): boolean {
  return (
    path.startsWith(GEMINI_LIST) && (path.length === GEMINI_LIST.length || path[GEMINI_LIST.length] === '/')
  )
}

export interface LocalAnswersOptions {
  batches: LazyBatches
  metrics: () => Promise<MetricsText | null>
  proof?: string | undefined
  /** Leaves a request out of the count of those in flight. */
  leaveOut: (exchange: Exchange) => void
}

/** Answers requests that need no account: what the proxy knows itself. */
export class LocalAnswers {
  readonly #proxy: ProxyContext
  readonly #options: LocalAnswersOptions

  constructor(proxy: ProxyContext, options: LocalAnswersOptions) {
    this.#proxy = proxy
    this.#options = options
  }

  /** Rejects with `not_found` for a path that nothing answers. */
  async answer(exchange: Exchange, path: string, query: string): Promise<void> {
    if (isBatchPath(path)) return this.#options.batches.answer(exchange, path, query)
    const list = MODEL_LISTS.find((each) => path === each || path.startsWith(`${each}/`))
    if (list !== undefined) return this.#models(exchange, path, list)
    if (isOllamaPath(path)) return this.#ollama(exchange, path)
    switch (path) {
      case '/health':
        allowMethods(exchange, 'GET', 'HEAD')
        return health(exchange, this.#options.proof ?? null)
      case '/ready':
        allowMethods(exchange, 'GET', 'HEAD')
        return readiness(exchange, this.#proxy.live)
      case '/metrics':
        allowMethods(exchange, 'GET', 'HEAD')
        this.#options.leaveOut(exchange)
        return answerMetrics(exchange, this.#options.metrics)
      case HELLO_PATH:
        allowMethods(exchange, 'GET', 'HEAD')
        return exchange.sendJson(200, { message: 'hello' })
      case '/usage':
        allowMethods(exchange, 'GET', 'HEAD')
        exchange.route = '/v1/usage'
        return answerUsage(this.#proxy, exchange)
      default:
        throw nothingAt(exchange)
    }
  }

  #models(exchange: Exchange, path: string, list: string): Promise<void> {
    allowMethods(exchange, 'GET', 'HEAD')
    exchange.route = list === '/models' ? '/v1/models' : list
    return listModels(this.#proxy, exchange, decode(path.slice(list.length + 1)))
  }

  #ollama(exchange: Exchange, path: string): Promise<void> {
    allowMethods(exchange, path === '/api/show' ? 'POST' : 'GET', 'HEAD')
    exchange.route = path
    return answerOllama(this.#proxy, exchange, path)
  }
}

/** Throws `invalid_request`. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new QwenctlError('invalid_request', 'the path has a percent sign that encodes nothing')
  }
}

function nothingAt({ call: { method, url } }: Exchange): QwenctlError {
  const [path = ''] = url.split('?', 1) // the query may contain a key
  return new QwenctlError('not_found', `there is nothing at ${method} ${path.slice(0, 200)}`, {
    hint: 'the endpoints are /v1/chat/completions, /v1/messages, /v1/models and others; qwenctl env prints the base URLs of clients',
  })
}
