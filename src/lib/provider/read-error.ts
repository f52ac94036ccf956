// Reads what went wrong out of an answer, whatever envelope the service chose.

import type { Answer } from './provider.ts'

export type JsonObject = Record<string, unknown>

/** What an answer says of its failure, in one shape. */
export interface ErrorFacts {
  /** The provider's own code; a number becomes text. Null: none. */
  code: string | null
  type: string | null
  /** Its own words in full; empty when it said nothing readable. */
  message: string
  /** The answer's HTTP status, or the one named in the body when the head said 2xx and the body is an error. */
  status: number
  /** The error object itself, for facts only one provider gives; empty when there is none. */
  error: JsonObject
}

/** Finds code, type and message in an OpenAI, Anthropic, DashScope, Gemini or OpenRouter error, or in plain text. */
export function readError(answer: Answer): ErrorFacts {
  const found = fromBody(answer.body) ?? {
    code: null,
    type: null,
    message: plainText(answer.text),
    error: {},
    status: null,
  }
  const status = answer.status >= 300 ? answer.status : (found.status ?? answer.status)
  return { code: found.code, type: found.type, message: found.message, error: found.error, status }
}

type BodyFacts = Omit<ErrorFacts, 'status'> & { status: number | null }

function fromBody(body: unknown): BodyFacts | null {
  // Gemini's OpenAI endpoint answers with a list of one.
  const root: unknown = Array.isArray(body) ? body[0] : body
  if (typeof root === 'string') return { ...nothing, message: plainText(root) }
  if (!isObject(root)) return null
  const inner = innerError(root)
  if (isObject(inner)) return fromErrorObject(inner)
  if (typeof inner === 'string') return fromErrorString(inner, root)
  return fromFlat(root)
}

const nothing: BodyFacts = { code: null, type: null, message: '', error: {}, status: null }

/** The `error` member: at the top, in a failed response of the Responses API, or in an OpenRouter choice. */
export function innerError(root: JsonObject): unknown {
  if (truthy(root.error)) return root.error
  if (isObject(root.response) && truthy(root.response.error)) return root.response.error
  const choice: unknown = Array.isArray(root.choices) ? root.choices[0] : undefined
  return isObject(choice) && truthy(choice.error) ? choice.error : undefined
}

function fromErrorObject(error: JsonObject): BodyFacts {
  return {
    // Gemini: `code` repeats the HTTP status, `status` is the name that says something.
    code: (typeof error.code === 'number' ? text(error.status) : null) ?? text(error.code),
    type: text(error.type),
    message: text(error.message) ?? '',
    error,
    status: httpStatus(error.code) ?? httpStatus(error.status),
  }
}

/** `{"error":"invalid_request","error_description":"..."}` (OAuth), `{"error":"model not found"}` (Ollama). */
function fromErrorString(error: string, root: JsonObject): BodyFacts {
  const said = text(root.error_description) ?? text(root.message)
  return {
    code: said === null ? null : error,
    type: null,
    message: said ?? error,
    error: root,
    status: httpStatus(root.status),
  }
}

/** `{code,message,request_id}` (DashScope), `{errorType,...,status}`, `{detail}` (Mistral, FastAPI). */
function fromFlat(root: JsonObject): BodyFacts {
  return {
    code: text(root.code) ?? text(root.errorType),
    type: text(root.type) === 'error' ? null : text(root.type),
    message: text(root.message) ?? detail(root.detail) ?? '',
    error: root,
    status: httpStatus(root.code) ?? httpStatus(root.status) ?? httpStatus(root.statusCode),
  }
}

function detail(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value)
  const said = value.map((item: unknown) => (isObject(item) ? text(item.msg) : text(item)))
  return said.filter((part) => part !== null).join('; ') || null
}

/** A page becomes its title; anything else its words on one line. */
function plainText(body: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]
  const words = title ?? (/^\s*</.test(body) ? body.replace(/<[^>]*>/g, ' ') : body)
  return words.replace(/\s+/g, ' ').trim()
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function truthy(value: unknown): boolean {
  return isObject(value) ? Object.keys(value).length > 0 : typeof value === 'string' && value !== ''
}

function text(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function httpStatus(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599 ? value : null
}
