// Answers from public bug reports that a client would not understand.

import { describe, expect, test } from 'vitest'
import { isQwenctlError } from '../../../../src/lib/base/errors.ts'
import { StreamTranslator, translateError } from '../../../../src/lib/translate/translate.ts'
import type { Format } from '../../../../src/lib/provider/wire-format.ts'
import type { TranslationPlan } from '../../../../src/lib/translate/translate.ts'
import { makePlan, translateAnswer } from '../given-translation.ts'

const plan = (from: Format, to: Format, more: Partial<TranslationPlan> = {}): TranslationPlan =>
  makePlan('openai', { from, to, ...more })

function streamed(given: TranslationPlan, events: readonly object[]): string {
  const stream = new StreamTranslator({ ...given, isStream: true })
  const out = events.flatMap((event) => stream.push(`data: ${JSON.stringify(event)}\n\n`))
  return [...out, ...stream.push('data: [DONE]\n\n'), ...stream.end()].join('')
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  choices: [{ index: 0, delta, finish_reason }],
})

test('a finish by calls without a call is an ordinary end', () => {
  const said = [chunk({ content: 'x' }), chunk({}, 'tool_calls')]
  expect(streamed(plan('messages', 'chat'), said)).toContain('"stop_reason":"end_turn"')
  expect(streamed(plan('gemini', 'chat'), said)).toContain('"finishReason":"STOP"')
})

describe('a call that the limit of tokens cut', () => {
  const call = { id: 'a', function: { name: 'f', arguments: '{"a":' } }
  const completion = (finish_reason: string) => ({
    choices: [{ message: { content: 'Look.', tool_calls: [call] }, finish_reason }],
  })

  test('is left out of a whole message, which says why it ends', () => {
    const message = translateAnswer(plan('messages', 'chat'), completion('length'))
    expect(message).toMatchObject({ stop_reason: 'max_tokens', content: [{ type: 'text', text: 'Look.' }] })
  })

  test('is the only one left out: calls that are whole stay, wherever the cut one is', () => {
    const cut = { id: 'a', function: { name: 'f', arguments: '{"a":' } }
    const whole = { id: 'b', function: { name: 'g', arguments: '{"a":1}' } }
    for (const tool_calls of [
      [cut, whole],
      [whole, cut],
      [cut, whole, cut],
    ]) {
      const choices = [{ message: { content: null, tool_calls }, finish_reason: 'length' }]
      const { content } = translateAnswer(plan('messages', 'chat'), { choices })
      expect(content).toMatchObject([{ type: 'tool_use', id: 'b', name: 'g', input: { a: 1 } }])
    }
  })

  test('is left out of a Gemini answer, whole and streamed', () => {
    const whole = translateAnswer(plan('gemini', 'chat'), completion('length'))
    expect(whole.candidates).toMatchObject([
      { finishReason: 'MAX_TOKENS', content: { parts: [{ text: 'Look.' }] } },
    ])
    const events = [
      chunk({ content: 'Look.' }),
      chunk({ tool_calls: [{ index: 0, ...call }] }),
      chunk({}, 'length'),
    ]
    const text = streamed(plan('gemini', 'chat'), events)
    expect(text).toContain('MAX_TOKENS')
    expect(text).not.toContain('functionCall')
  })

  test.each(['messages', 'gemini'] as const)(
    'is an error of the upstream without that reason, for %s',
    (from) => {
      let code: string | null = null
      try {
        translateAnswer(plan(from, 'chat'), completion('tool_calls'))
      } catch (error) {
        if (!isQwenctlError(error)) throw error
        code = error.code
      }
      expect(code).toBe('upstream_unavailable')
    },
  )
})

describe('the words of an error', () => {
  const said = (body: unknown, status = 400, from: Format = 'messages') =>
    translateError(plan(from, 'chat'), status, body).error as { message: string; status?: string }

  test.each([
    ["FastAPI's list", { detail: [{ loc: ['body', 'n'], msg: 'field required' }] }, 'body.n: field required'],
    ['a list of errors', { errors: [{ message: 'one' }, 'two'] }, 'one; two'],
    [
      'a router with the words of its upstream',
      { error: { message: 'Provider returned error', metadata: { raw: '{"error":"too long"}' } } },
      'Provider returned error: {"error":"too long"}',
    ],
  ])('survive in %s', (_, body, message) => {
    expect(said(body).message).toBe(message)
  })

  test('have a status that Gemini clients try again', () => {
    expect(said({ error: { message: 'Overloaded' } }, 529, 'gemini').status).toBe('UNAVAILABLE')
  })
})
