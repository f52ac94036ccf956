import { expect } from 'vitest'
import { isQwenctlError } from '../../../src/lib/base/errors.ts'
import type { Dialect } from '../../../src/lib/provider/provider.ts'
import {
  translateRequest,
  type TranslationContext,
  type TranslationPlan,
} from '../../../src/lib/translate/translate.ts'

export const context: TranslationContext = { provider: 'custom', requestId: 'req_1', now: 1_700_000_000_999 }

export function translated(from: Dialect, body: object, provider = 'custom'): Record<string, unknown> {
  return translateRequest(from, body, { ...context, provider }).body
}

/** The field that the translation refuses. */
export function refusedField(from: Dialect, body: object, provider = 'custom'): unknown {
  try {
    translateRequest(from, body, { ...context, provider })
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain(String(error.details.field))
    return error.details.field
  }
  return null
}

export function planOf(from: Dialect, fields: Partial<TranslationPlan> = {}): TranslationPlan {
  return {
    from,
    to: from === 'openai' ? 'anthropic' : 'openai',
    model: 'asked-model',
    isStream: false,
    wantsUsage: true,
    showsThinking: true,
    stops: [],
    requestId: 'req_1',
    createdAt: 1_700_000_000,
    ...fields,
  }
}

/** A Messages request with these fields. */
export function messagesBody(fields: object = {}): object {
  return { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], ...fields }
}

/** A chat completion with these fields. */
export function chatBody(fields: object = {}): object {
  return { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields }
}

export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
