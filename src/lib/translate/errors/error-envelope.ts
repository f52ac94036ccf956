// Puts the provider's error message into the envelope that the client reads.

import { isObject, isText, type Json } from '../json-fields.ts'
import { geminiStatus } from './gemini-status.ts'
import { messagesType } from './messages-types.ts'
import type { TranslationPlan } from '../plan.ts'

/** The content of an error, from any envelope. */
interface Words {
  message: string
  type: string | null
  code: string | null
}

/**
 * Builds the body of an error with this HTTP status in the client's format. `body`: parsed JSON, or text that is
 * not JSON.
 */
export function translateError(plan: TranslationPlan, status: number, body: unknown): Json {
  const words = readError(body)
  const message = words.message === '' ? `the provider answered with status ${status}` : words.message
  const said = { ...words, message }
  if (plan.from === 'messages' || plan.from === 'messages-count') return messagesError(said, status, plan)
  const isGemini = plan.from === 'gemini' || plan.from === 'gemini-embeddings'
  return isGemini ? geminiError(said, status) : chatError(said, status)
}

/** Reads `{error: {...}}`, `{error: "..."}`, a list of one of these, `{code, message}`, or `{detail: [...]}`. */
function readError(body: unknown): Words {
  const root: unknown = Array.isArray(body) ? (body as unknown[])[0] : body
  if (typeof root === 'string') return { message: root.trim(), type: null, code: null }
  if (!isObject(root)) return { message: '', type: null, code: null }
  if (isText(root.error)) return { message: text(root.message) ?? root.error, type: null, code: null }
  const error = isObject(root.error) ? root.error : root
  const details = isObject(error.details) ? error.details : {}
  const type = error === root && root.type === 'error' ? null : text(error.type)
  return {
    message: readMessage(error),
    type,
    code: text(details.error_code) ?? text(error.code) ?? null,
  }
}

/** The message with what a router repeats of its upstream, or the messages of a list. */
function readMessage(error: Json): string {
  const message = text(error.message) ?? text(error.detail)
  if (message !== null) return message + readRaw(error.metadata)
  const list = [error.detail, error.errors].flatMap((one) => (Array.isArray(one) ? (one as unknown[]) : []))
  return list.flatMap((one) => readListed(one)).join('; ')
}

/** An entry of a list: FastAPI's `{loc, msg}`, or an error. */
function readListed(one: unknown): string[] {
  if (!isObject(one)) return isText(one) ? [one] : []
  const said = text(one.msg) ?? text(one.message)
  if (said === null) return []
  return [Array.isArray(one.loc) ? `${one.loc.map(String).join('.')}: ${said}` : said]
}

/** OpenRouter has the words of the upstream in `metadata.raw` (https://openrouter.ai/docs/api-reference/errors, 2026-11). */
function readRaw(metadata: unknown): string {
  const raw = isObject(metadata) ? metadata.raw : null
  return isText(raw) ? `: ${raw.trim()}` : ''
}

function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return isText(value) ? value : null
}

function messagesError({ message, code }: Words, status: number, plan: TranslationPlan): Json {
  const type = messagesType(status)
  return {
    type: 'error',
    error: { type, message: knownToMessagesClients(message, code), ...(code === null ? {} : { code }) },
    request_id: plan.requestId,
  }
}

const TOO_LONG = 'prompt is too long'

/** Claude Code shortens a conversation when it reads Anthropic's words for one that is too long. */
function knownToMessagesClients(message: string, code: string | null): string {
  const isTooLong = code === 'context_length_exceeded' && !message.toLowerCase().includes(TOO_LONG)
  return isTooLong ? `${TOO_LONG}: ${message}` : message
}

function geminiError({ message }: Words, status: number): Json {
  return { error: { code: status, message, status: geminiStatus(status) } }
}

const chatTypes: ReadonlyMap<string, { type: string; code: string | null }> = new Map([
  ['invalid_request_error', { type: 'invalid_request_error', code: null }],
  ['authentication_error', { type: 'authentication_error', code: 'invalid_api_key' }],
  ['billing_error', { type: 'insufficient_quota', code: 'insufficient_quota' }],
  ['permission_error', { type: 'permission_error', code: null }],
  ['not_found_error', { type: 'invalid_request_error', code: 'model_not_found' }],
  ['request_too_large', { type: 'invalid_request_error', code: 'request_too_large' }],
  ['rate_limit_error', { type: 'rate_limit_error', code: 'rate_limit_exceeded' }],
  ['timeout_error', { type: 'server_error', code: 'timeout' }],
  ['api_error', { type: 'server_error', code: 'server_error' }],
  ['overloaded_error', { type: 'server_error', code: 'server_is_overloaded' }],
])

/** Agents look for `context_length_exceeded`, which Anthropic expresses in words alone. */
function chatError({ message, type, code }: Words, status: number): Json {
  const own = messagesType(status)
  const known = chatTypes.get(type ?? own) ?? chatTypes.get(own)!
  const isTooLong = message.toLowerCase().includes(TOO_LONG)
  return {
    error: {
      message,
      type: known.type,
      param: null,
      code: code ?? (isTooLong ? 'context_length_exceeded' : known.code),
    },
  }
}
