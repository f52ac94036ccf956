// The translate room: what a client says in one wire format, said in the other, and the answer back. Pure functions of
// JSON; bytes and sockets are the proxy's. What has no counterpart is refused by its name and never left out in silence:
// the tables of fields (`requestRules` and the like) say which, `docs/reference/translation.md` why.

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
  /** Below the account's base of the other format. */
  path: '/messages' | '/chat/completions'
  plan: TranslationPlan
}

/**
 * A request of the client's format for an account that speaks only the other. `body` is the parsed JSON and stays as it is.
 * Throws `invalid_request`, with the field's path in `details.field`, for what has no counterpart there.
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

/** A whole answer of status 200 in the client's format. Throws `upstream_unavailable` for what is no answer. */
export function translateAnswer(plan: TranslationPlan, body: unknown): Record<string, unknown> {
  return plan.from === 'anthropic' ? translateCompletion(plan, body) : translateMessage(plan, body)
}
