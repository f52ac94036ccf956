import type { ServerResponse } from 'node:http'
import { redact } from '../account/mask.ts'
import type { ErrorCode } from '../base/errors.ts'
import { convertToPublic } from '../base/public-error.ts'
import { inApiWords } from './api-words.ts'
import type { WrongField } from './input/check-shape.ts'

/** Forbids caching, content sniffing, frames and loading of resources. */
const guarded = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

export function sendJson(
  res: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  if (res.destroyed) return
  const bytes = Buffer.from(JSON.stringify(value))
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...guarded,
    ...headers,
  })
  res.end(bytes)
}

/** The head of an event stream. */
export function beginEvents(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', ...guarded, 'x-accel-buffering': 'no' })
  res.flushHeaders()
}

/** An error in the format of this API. An unexpected exception is a bug, and its details are not shown. */
export function sendError(res: ServerResponse, error: unknown, method = 'GET'): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  const known = convertToPublic(error, 'the API failed on this request')
  const { code, message, hint, details } = known
  const { retryAfterSeconds, allow, field, fields } = details
  const headers: Record<string, string> = {}
  if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(retryAfterSeconds)
  if (Array.isArray(allow)) headers['allow'] = allow.join(', ')
  if (code === 'invalid_token') headers['www-authenticate'] = 'Bearer'
  // The text quotes the input, which may be a key pasted in the wrong place.
  const shownText = (text: string) => redact(inApiWords(text), [])
  const [told, advice] = [shownText(message), hint === null ? null : shownText(hint)]
  const shown = {
    code,
    message: told,
    hint: advice,
    ...(typeof field === 'string' ? { field } : {}),
    ...listWrongFields(field, fields, told),
  }
  sendJson(res, chooseStatus(known.code, known.status, method), { error: shown }, headers)
}

/** Every wrong field of the request with its own message. */
function listWrongFields(field: unknown, fields: unknown, message: string): { fields?: WrongField[] } {
  if (Array.isArray(fields)) {
    const wrong = fields as WrongField[]
    return { fields: wrong.map((one) => ({ ...one, message: redact(one.message, []) })) }
  }
  return typeof field === 'string' ? { fields: [{ field, message }] } : {}
}

/** A 401 of this API is only about its own token, and an invalid body is a 422. */
export function chooseStatus(code: ErrorCode, status: number, method: string): number {
  if (code === 'credentials_refused' || code === 'needs_login') return 422
  return status === 400 && (method === 'POST' || method === 'PATCH') ? 422 : status
}
