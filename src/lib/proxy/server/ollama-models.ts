// The parts of Ollama's API that need no account: https://github.com/ollama/ollama, docs/api.md (2026-11).

import { tryParseJson } from '../../base/text/try-parse-json.ts'
import { formatTime } from '../../base/iso-time.ts'
import { QwenctlError } from '../../base/errors.ts'
import { isObject } from '../../translate/json-fields.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'
import { readBody } from '../pipeline/plan/read-request.ts'
import { listKnownModels, type Model } from './models.ts'

/** The version of this API. Clients compare it with the one that brought a feature. */
const VERSION = '0.12.6'

/** Answers a path of Ollama's API that needs no account. */
export async function answerOllama(proxy: ProxyContext, exchange: Exchange, path: string): Promise<void> {
  if (path === '/api/version') sendPlain(exchange, { version: VERSION })
  else if (path === '/api/ps') sendPlain(exchange, { models: [] })
  else if (path === '/api/tags')
    sendPlain(exchange, { models: (await listKnownModels(proxy, exchange)).map(buildTag) })
  else await show(proxy, exchange)
}

async function show(proxy: ProxyContext, exchange: Exchange): Promise<void> {
  const { model, name } = await readJson(exchange, proxy.maxBodyBytes)
  const wanted = model ?? name
  if (typeof wanted !== 'string') throw new QwenctlError('invalid_request', 'the request names no model')
  const models = await listKnownModels(proxy, exchange)
  const found = models.find(({ id, provider }) => id === wanted || `${provider}/${id}` === wanted)
  if (found === undefined)
    throw new QwenctlError('model_not_found', `no account lists the model ${wanted.slice(0, 200)}`)
  sendPlain(exchange, {
    modelfile: '',
    parameters: '',
    template: '',
    license: '',
    details: buildDetails(found),
    model_info: { 'general.architecture': found.provider, 'general.basename': found.id },
    capabilities: ['completion', 'tools', 'vision', 'thinking'],
    modified_at: formatCreated(found),
  })
}

function buildTag(model: Model): object {
  const { id } = model
  const details = buildDetails(model)
  return { name: id, model: id, modified_at: formatCreated(model), size: 0, digest: '', details }
}

function buildDetails({ provider }: Model): object {
  return {
    parent_model: '',
    format: 'api',
    family: provider,
    families: [provider],
    parameter_size: '',
    quantization_level: '',
  }
}

function formatCreated({ created }: Model): string {
  return formatTime((created ?? 0) * 1000)
}

function readJson(exchange: Exchange, maxBytes: number): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    readBody(exchange, maxBytes, (body) => {
      if (body instanceof Error) return reject(body)
      const parsed = tryParseJson(body.toString('utf8'))
      if (parsed !== undefined) return resolve(isObject(parsed) ? parsed : {})
      reject(new QwenctlError('invalid_request', 'the request body is not valid JSON'))
    })
  })
}

function sendPlain(exchange: Exchange, value: object): void {
  exchange.sendJson(200, value)
}
