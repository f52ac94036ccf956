import { memberSpans } from './json-cursor.ts'
import type { BodyFields } from './scan-body.ts'
import { readString } from './scan-body.ts'

/** A response's id is near its beginning, both in a whole answer and in the first event of a stream. */
const HEAD_BYTES = 4 << 10
const usualId = /"id"\s*:\s*"(resp_[^"\\]{1,250})"/
const firstId = /"id"\s*:\s*"([^"\\]{1,250})"/

/**
 * Returns the stored response, or else the stored conversation, that a request continues; null: none. Only
 * its account has it.
 */
export function continuedState(body: Buffer, { fields }: BodyFields): string | null {
  return readString(body, fields.previous_response_id) ?? conversationIn(body, fields)
}

/**
 * OpenAI accepts `"conversation": "conv_…"` and `{"id": "conv_…"}` (API reference of Responses, read
 * 2026-11-29).
 */
export function conversationIn(body: Buffer, { conversation }: BodyFields['fields']): string | null {
  if (conversation === undefined) return null
  return readString(body, conversation) ?? readString(body, memberSpans(body, conversation, 'id')[0])
}

/**
 * Returns the id of the response at the start of an answer: a whole one, or the first event of a stream.
 * Null: not found.
 */
export function responseIdIn(answer: Buffer): string | null {
  const head = answer.toString('latin1', 0, Math.min(answer.length, HEAD_BYTES))
  return (usualId.exec(head) ?? firstId.exec(head))?.[1] ?? null
}
