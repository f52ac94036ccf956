// Counts of tokens by way of Gemini's. Shapes: https://platform.claude.com/docs/en/api/messages-count-tokens,
// https://platform.openai.com/docs/api-reference/responses/input-tokens and https://ai.google.dev/api/tokens (2026-11).

import type { CountFormat, Format, WireFormat } from '../provider/wire-format.ts'
import { unreadable } from './errors/unreadable.ts'
import { isObject, type Json } from './json-fields.ts'

/** The format of the request that a count is for. */
export const countedFormats: Readonly<Record<CountFormat, Format>> = {
  'messages-count': 'messages',
  'responses-count': 'responses',
  'gemini-count': 'gemini',
}

/** Wraps a request for a chat. `body`: its JSON. */
export function wrapForCount(body: string, model: string): string {
  return `{"generateContentRequest":{"model":${JSON.stringify(`models/${model}`)},${body.slice(1)}}`
}

/** The count in the client's format. Throws `upstream_unavailable` for an answer without one. */
export function writeCount(from: WireFormat, answer: unknown): Json {
  const tokens = isObject(answer) ? answer.totalTokens : null
  if (typeof tokens !== 'number') throw unreadable('it has no count of tokens')
  return from === 'messages-count'
    ? { input_tokens: tokens }
    : { object: 'response.input_tokens', input_tokens: tokens }
}
