// The translate room: converts a client's request to another wire format, and the answer back. Pure functions of
// JSON; bytes and sockets belong to the proxy. A field without a counterpart is refused by its name, never dropped
// silently. The tables of fields (`requestRules` and the like) list them, `docs/reference/translation.md` explains
// them.

import type { Dialect } from '../provider/provider.ts'
import { translateCompletion } from './completion-to-message.ts'
import { chatRequest } from './from-anthropic/request.ts'
import { messagesRequest } from './from-openai/request.ts'
import { translateMessage } from './message-to-completion.ts'
import type { TranslationContext, TranslationPlan } from './plan.ts'

export { translateError } from './error-envelope.ts'
export { StreamTranslator } from './streams/stream-translator.ts'
export type { TranslationContext, TranslationPlan } from './plan.ts'

export interface TranslatedRequest {
  body: Record<string, unknown>
  /** The route below the account's base of the other format. */
  path: '/messages' | '/chat/completions'
  plan: TranslationPlan
}

/**
 * Translates a client's request for an account that speaks only the other format. `body` is the parsed JSON, and
 * stays unchanged. Throws `invalid_request`, with the field's path in `details.field`, for a field without a
 * counterpart.
 */
export function translateRequest(
  from: Dialect,
  body: unknown,
  context: TranslationContext,
): TranslatedRequest {
  return from === 'anthropic'
    ? { path: '/chat/completions', ...chatRequest(body, context) }
    : { path: '/messages', ...messagesRequest(body, context) }
}

/**
 * Translates a whole answer of status 200 to the client's format. Throws `upstream_unavailable` for a body that is
 * no answer.
 */
export function translateAnswer(plan: TranslationPlan, body: unknown): Record<string, unknown> {
  return plan.from === 'anthropic' ? translateCompletion(plan, body) : translateMessage(plan, body)
}
