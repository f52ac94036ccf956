// Requests of Ollama's API as chat completions and embeddings, by docs/api.md of https://github.com/ollama/ollama
// (2026-11).

import { QwenctlError } from '../../base/errors.ts'
import { isObject, isText, refuse, type Json } from '../json-fields.ts'
import { JSON_INSTRUCTION } from '../neutral/json-mode.ts'
import { chatMessages } from './ollama-messages.ts'

export type OllamaRoute = 'chat' | 'generate' | 'embed' | 'embeddings'

/** The facts of a request that its answer needs. */
export interface OllamaPlan {
  route: OllamaRoute
  model: string
  isStream: boolean
  /** The request has no prompt: it only loads the model. */
  isLoad: boolean
  /** The request asks to unload the model: `keep_alive` is 0. */
  isUnload: boolean
}

/** Translates the parsed body. Throws `invalid_request` for a body without a model or of the wrong form. */
export function fromOllama(route: OllamaRoute, body: unknown): { plan: OllamaPlan; body: Json } {
  if (!isObject(body)) throw new QwenctlError('invalid_request', 'the request body is not a JSON object')
  const { model } = body
  if (!isText(model)) throw new QwenctlError('invalid_request', 'the request names no model')
  const isEmbedding = route === 'embed' || route === 'embeddings'
  const isStream = !isEmbedding && body.stream !== false
  const messages = isEmbedding ? [] : listMessages(route, body)
  const plan = {
    route,
    model,
    isStream,
    isLoad: !isEmbedding && !messages.some(({ role }) => role !== 'system'),
    isUnload: body.keep_alive === 0 || (isText(body.keep_alive) && /^0[a-z]*$/.test(body.keep_alive)),
  }
  if (isEmbedding) return { plan, body: embeddingRequest(route, body, model) }
  // OpenAI refuses its JSON mode without the word. Ollama does not want it.
  if (body.format === 'json' && !/json/i.test(JSON.stringify(messages)))
    messages.unshift({ role: 'system', content: JSON_INSTRUCTION })
  return { plan, body: { model, messages, ...settings(body), ...(isStream ? streaming : {}) } }
}

const streaming: Json = { stream: true, stream_options: { include_usage: true } }

function embeddingRequest(route: OllamaRoute, body: Json, model: string): Json {
  const input = route === 'embed' ? body.input : body.prompt
  const { dimensions } = body
  return { model, input: input ?? '', ...(typeof dimensions === 'number' ? { dimensions } : {}) }
}

function listMessages(route: OllamaRoute, body: Json): Json[] {
  if (route === 'chat') return chatMessages(Array.isArray(body.messages) ? body.messages : [])
  const { prompt, system, images, suffix } = body
  if (isText(suffix)) refuse('suffix', 'no chat fills in a text')
  return chatMessages([
    ...(isText(system) ? [{ role: 'system', content: system }] : []),
    ...(isText(prompt)
      ? [{ role: 'user', content: prompt, ...(images === undefined ? {} : { images }) }]
      : []),
  ])
}

/** Options of the local runner, such as `num_ctx` and `keep_alive`, mean nothing to a service. */
function settings(body: Json): Json {
  const options = isObject(body.options) ? body.options : {}
  const more: Json = {}
  for (const [name, chatName] of samplers) if (options[name] !== undefined) more[chatName] = options[name]
  for (const name of probabilities) if (body[name] !== undefined) more[name] = body[name]
  const { num_predict: most, stop } = options
  if (typeof most === 'number' && most > 0) more.max_tokens = most
  if (isText(stop) || (Array.isArray(stop) && stop.length > 0)) more.stop = stop
  if (Array.isArray(body.tools) && body.tools.length > 0) more.tools = body.tools
  const format = responseFormat(body.format)
  if (format !== null) more.response_format = format
  const effort = readEffort(body.think)
  if (effort !== null) more.reasoning_effort = effort
  return more
}

const samplers = [
  ['temperature', 'temperature'],
  ['top_p', 'top_p'],
  ['top_k', 'top_k'],
  ['seed', 'seed'],
  ['presence_penalty', 'presence_penalty'],
  ['frequency_penalty', 'frequency_penalty'],
] as const

/** Probabilities have the same form here and in chat completions (https://docs.ollama.com/api/chat, 2026-11). */
const probabilities = ['logprobs', 'top_logprobs'] as const

function responseFormat(format: unknown): Json | null {
  if (format === 'json') return { type: 'json_object' }
  if (!isObject(format)) return null
  return { type: 'json_schema', json_schema: { name: 'answer', schema: format } }
}

/** Models that think by default would use up the answer's tokens (https://docs.ollama.com/capabilities/thinking, 2026-11). */
function readEffort(think: unknown): string | null {
  if (think === true) return 'medium'
  if (think === false) return 'none'
  return isText(think) ? think : null
}
