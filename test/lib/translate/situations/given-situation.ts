// Situations from bug reports of gateways and from the references of the services: a client's request, an account of
// another format, and the request that the service takes.

import { expect, test } from 'vitest'
import { isQwenctlError } from '../../../../src/lib/base/errors.ts'
import type { Format } from '../../../../src/lib/provider/wire-format.ts'
import { StreamTranslator, type TranslationPlan } from '../../../../src/lib/translate/translate.ts'
import { makePlan, translateAnswer, translateBody } from '../given-translation.ts'

interface Situation {
  /** The report or the reference that it comes from. */
  source: string
  from: Format
  body: object
  /** The account's provider; missing: any. */
  provider?: string
  /** A part of the request that the account gets. */
  sent?: object
  /** Parts that the text of the request has. */
  has?: readonly string[]
  /** Parts that the text of the request has not. */
  lacks?: readonly string[]
  /** Fields that the client learns of. */
  leftOut?: readonly string[]
  /** The field that is refused; missing: none is. */
  refused?: string
}

type Situations = Readonly<Record<string, Situation>>

/** Tests how the situations reach an account of one format. */
export function testSituations(to: Format, situations: Situations): void {
  test.each(Object.entries(situations))('%s', (_, situation) => {
    const { from, provider = 'custom', refused, sent = {}, has = [], lacks = [], leftOut } = situation
    const translate = () => translateBody(from, to, situation.body, { provider })
    if (refused !== undefined) return expect(refusedIn(translate)).toBe(refused)
    const { body, plan } = translate()
    expect(body).toMatchObject(sent)
    const text = JSON.stringify(body)
    for (const part of has) expect(text).toContain(part)
    for (const part of lacks) expect(text).not.toContain(part)
    if (leftOut !== undefined) expect(plan.leftOut).toEqual(leftOut)
  })
}

function refusedIn(translate: () => unknown): unknown {
  try {
    translate()
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return error.details.field
  }
  return null
}

export const call = (id: string, name = 'f', args: unknown = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
export const result = (tool_call_id: string, content: unknown) => ({ role: 'tool', tool_call_id, content })
export const user = (content: unknown = 'hi') => ({ role: 'user', content })
export const assistant = (content: unknown, ...tool_calls: object[]) => ({
  role: 'assistant',
  content,
  ...(tool_calls.length === 0 ? {} : { tool_calls }),
})
export const tool = (name: string, parameters: unknown = { type: 'object', properties: {} }) => ({
  type: 'function',
  function: { name, parameters },
})

export const chat = (fields: object = {}) => ({ model: 'm', messages: [user()], ...fields })
export const messages = (fields: object = {}) => ({
  model: 'm',
  max_tokens: 99,
  messages: [user()],
  ...fields,
})
export const responses = (fields: object = {}) => ({ model: 'm', input: 'hi', ...fields })
export const gemini = (fields: object = {}) => ({
  model: 'm',
  contents: [{ parts: [{ text: 'hi' }] }],
  ...fields,
})

/** The base64 of a text. */
export const base64 = (text: string) => Buffer.from(text).toString('base64')

const planFor = (from: Format, to: Format, more: Partial<TranslationPlan> = {}): TranslationPlan =>
  makePlan('openai', { from, to, ...more })

/** The whole answer as the client gets it, or the error's code. */
export function answered(from: Format, to: Format, body: unknown): unknown {
  try {
    return translateAnswer(planFor(from, to), body)
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return error.code
  }
}

/** The stream as the client gets it. */
export function streamed(
  from: Format,
  to: Format,
  events: readonly object[],
  plan: Partial<TranslationPlan> = {},
): string {
  const stream = new StreamTranslator(planFor(from, to, { ...plan, isStream: true }))
  const out = events.flatMap((event) => stream.push(`data: ${JSON.stringify(event)}\n\n`))
  return [...out, ...stream.push('data: [DONE]\n\n'), ...stream.end()].join('')
}
