// Reads a line of a batch file: OpenAI's `{custom_id, method, url, body}` or Anthropic's `{custom_id, params}`.
// Sources: https://platform.openai.com/docs/api-reference/batch/request-input and
// https://docs.claude.com/en/api/creating-message-batches (both 2026-11-30).

import { isRecord } from '../../../base/is-record.ts'
import type { ClientDialect } from '../../../provider/provider.ts'

export interface BatchLine {
  customId: string
  dialect: ClientDialect
  /** `/v1/chat/completions`. */
  path: string
  model: string
  /** The request, as the line has it. */
  body: Record<string, unknown>
}

/** Endpoints that answer with one JSON document, so that it fits into a line. */
const PATHS: ReadonlySet<string> = new Set([
  ...['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/responses'],
  ...['/v1/moderations', '/v1/rerank', '/v1/images/generations', '/v1/messages'],
])

const MESSAGES = '/v1/messages'
const LONGEST_ID = 512

/**
 * Reads a line. Returns its fault as text, if it has one. `model` replaces the model of every line; null: each line
 * names its own.
 */
export function parseBatchLine(text: string, model: string | null): BatchLine | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not valid JSON'
  }
  if (!isRecord(value)) return 'not a JSON object'
  const { custom_id: customId } = value
  if (typeof customId !== 'string' || customId === '') return 'custom_id is missing, or not text'
  if (customId.length > LONGEST_ID) return `custom_id is longer than ${LONGEST_ID} characters`
  if (Array.isArray(value['requests'])) return 'a list of requests, where one request a line is needed'
  return 'params' in value ? readMessage(value, customId, model) : readOpenai(value, customId, model)
}

function readMessage(line: Record<string, unknown>, customId: string, model: string | null) {
  if ('body' in line || 'url' in line) return 'both params and body: a line has one format'
  const { params } = line
  if (!isRecord(params)) return 'params is not an object'
  return finish({ customId, dialect: 'anthropic', path: MESSAGES, body: params }, model)
}

function readOpenai(line: Record<string, unknown>, customId: string, model: string | null) {
  const { method, url, body } = line
  if (method !== undefined && method !== 'POST') return 'method is not POST'
  if (typeof url !== 'string') return 'url is missing, or not text'
  const path = url.startsWith('/v1/') ? url : `/v1${url}`
  if (!PATHS.has(path)) return `url ${url.slice(0, 80)} is not an endpoint for batches`
  if (!isRecord(body)) return 'body is missing, or not an object'
  return finish({ customId, dialect: 'openai', path, body }, model)
}

function finish(line: Omit<BatchLine, 'model'>, model: string | null): BatchLine | string {
  const { body } = line
  if (body['stream'] === true) return 'stream is true: a line has one whole answer'
  const named = model ?? body['model']
  if (typeof named !== 'string' || named === '') return 'no model'
  if (body['model'] !== named) body['model'] = named
  return { ...line, model: named }
}
