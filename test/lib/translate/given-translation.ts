import { expect } from 'vitest'
import { isQwenctlError } from '../../../src/lib/base/errors.ts'
import type { ClientDialect as Dialect } from '../../../src/lib/provider/provider.ts'
import {
  translateAnswer as translateText,
  translateRequest,
  type TranslationContext,
  type TranslationPlan,
} from '../../../src/lib/translate/translate.ts'
import type { Format, WireFormat } from '../../../src/lib/provider/wire-format.ts'

export const context: TranslationContext = { provider: 'custom', requestId: 'req_1', now: 1_700_000_000_999 }

/** The format of the client, and the one that an account of the other kind speaks. */
const formats: Record<Dialect, { from: Format; to: Format }> = {
  openai: { from: 'chat', to: 'messages' },
  anthropic: { from: 'messages', to: 'chat' },
}

export function translateBody(
  from: WireFormat,
  to: WireFormat,
  body: object,
  more: Partial<TranslationContext> = {},
) {
  const made = translateRequest(from, to, JSON.stringify(body), { ...context, ...more })
  return { ...made, body: JSON.parse(made.body) as Record<string, unknown> }
}

export function translated(from: Dialect, body: object, provider = 'custom'): Record<string, unknown> {
  return translateBody(formats[from].from, formats[from].to, body, { provider }).body
}

/** The fields that the translation leaves out. */
export function leftOut(from: Dialect, body: object, provider = 'custom'): readonly string[] {
  return translateBody(formats[from].from, formats[from].to, body, { provider }).plan.leftOut
}

/** The field that the translation refuses. */
export function refusedField(from: Dialect, body: object, provider = 'custom'): unknown {
  try {
    translated(from, body, provider)
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain(String(error.details.field))
    return error.details.field
  }
  return null
}

export function translateAnswer(plan: TranslationPlan, body: unknown): Record<string, unknown> {
  return JSON.parse(translateText(plan, JSON.stringify(body))) as Record<string, unknown>
}

export function makePlan(from: Dialect, fields: Partial<TranslationPlan> = {}): TranslationPlan {
  return {
    ...formats[from],
    model: 'asked-model',
    isStream: false,
    isList: false,
    wantsUsage: true,
    showsThinking: true,
    hasForm: false,
    stops: [],
    tools: new Map(),
    callIds: new Set(),
    echo: {},
    leftOut: [],
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
