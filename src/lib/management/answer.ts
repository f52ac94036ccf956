import type { ServerResponse } from 'node:http'
import { redact } from '../account/mask.ts'
import type { ErrorCode } from '../base/errors.ts'
import { QwenctlError, isQwenctlError, messageOf } from '../base/errors.ts'

/** Nothing of an answer is kept, guessed at, shown in a frame, or loaded from. */
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

/** The head of a stream of events. */
export function beginEvents(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', ...guarded, 'x-accel-buffering': 'no' })
  res.flushHeaders()
}

/** An error in the form of this API. What is not ours is a bug, and says no more than that. */
export function sendError(res: ServerResponse, error: unknown, method = 'GET'): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  const known = isQwenctlError(error)
    ? error
    : new QwenctlError('internal', 'the API failed on this request', { cause: messageOf(error) })
  const { code, message, hint, details } = known
  const { retryAfterSeconds, allow, field } = details
  const headers: Record<string, string> = {}
  if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(retryAfterSeconds)
  if (Array.isArray(allow)) headers['allow'] = allow.join(', ')
  if (code === 'invalid_token') headers['www-authenticate'] = 'Bearer'
  // What is not understood is quoted, and may be a key that was pasted in the wrong place.
  const [told, advice] = [redact(message, []), hint === null ? null : redact(hint, [])]
  const shown = { code, message: told, hint: advice, ...(typeof field === 'string' ? { field } : {}) }
  sendJson(res, statusOf(known.code, known.status, method), { error: shown }, headers)
}

/** A 401 of this API is about its own token alone, and what was wrong in a body is a 422. */
export function statusOf(code: ErrorCode, status: number, method: string): number {
  if (code === 'credentials_refused' || code === 'needs_login') return 422
  return status === 400 && (method === 'POST' || method === 'PATCH') ? 422 : status
}
