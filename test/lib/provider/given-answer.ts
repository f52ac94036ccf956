import type { Answer } from '../../../src/lib/provider/provider.ts'

/** A Wednesday, 10:00 UTC. */
export const NOW = Date.parse('2026-11-25T10:00:00Z')

export const at = (time: string) => Date.parse(time)
export const inSeconds = (seconds: number) => NOW + seconds * 1000

/** An upstream's answer: a body given as text is text that is not JSON. */
export function givenAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const isText = typeof body === 'string'
  return {
    status,
    header: (name) => headers[name],
    body: isText ? undefined : body,
    text: isText ? body : JSON.stringify(body),
    now: NOW,
  }
}

/** The OpenAI envelope. */
export function openaiError(error: Record<string, unknown>) {
  return { error: { message: 'something went wrong', type: 'invalid_request_error', param: null, ...error } }
}

/** The Anthropic envelope. */
export function anthropicError(type: string, message = 'something went wrong', more: object = {}) {
  return { type: 'error', error: { type, message, ...more }, request_id: 'req_1' }
}

/** DashScope's native form. */
export function nativeError(code: string, message = 'something went wrong') {
  return { code, message, request_id: 'f5b1' }
}
