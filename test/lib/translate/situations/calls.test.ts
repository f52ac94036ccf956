// Calls of tools in answers: more of them than the client can take, and arguments that are `null`.

import { describe, expect, test } from 'vitest'
import type { Format } from '../../../../src/lib/provider/wire-format.ts'
import { makePlan, translateAnswer, translateBody } from '../given-translation.ts'
import { assistant, call, chat, responses, result, streamed, user } from './given-situation.ts'

const functions = [{ name: 'f', parameters: { type: 'object', properties: {} } }]

describe('two calls for a client with the functions of 2023', () => {
  const called = (a: number) => ({ functionCall: { name: 'f', args: { a } } })
  const candidates = [{ content: { parts: [called(1), called(2)] }, finishReason: 'STOP' }]

  test.each([{ functions }, { functions, tools: [] }])(
    'the first one arrives, the second is named: %j',
    (fields) => {
      const { plan } = translateBody('chat', 'gemini', chat(fields))
      const answer = translateAnswer(plan, { candidates })
      expect(answer).toMatchObject({
        choices: [
          { message: { function_call: { name: 'f', arguments: '{"a":1}' } }, finish_reason: 'function_call' },
        ],
      })
      expect(plan.leftOut).toEqual(['function_call'])
    },
  )

  test('a stream has the first one alone', () => {
    const { plan } = translateBody('chat', 'gemini', chat({ functions, stream: true }))
    const text = streamed('chat', 'gemini', [{ candidates }], plan)
    expect(text.match(/"function_call":\{"name"/g)).toHaveLength(1)
    expect(text).toContain(String.raw`{\"a\":1}`)
    expect(text).not.toContain(String.raw`{\"a\":2}`)
    expect(text).toContain('"finish_reason":"function_call"')
  })

  test.each([
    [{ functions }, true],
    [{ functions, tools: [] }, true],
    [{ functions, tools: [{ type: 'function', function: { name: 'g' } }] }, false],
    [{ tools: [] }, false],
  ])('an account of another format makes one call at a time: %j', (fields, isSerial) => {
    const { body } = translateBody('chat', 'responses', chat(fields))
    expect(body.parallel_tool_calls === false).toBe(isSerial)
  })
})

describe('arguments that are null (langroid/langroid#988)', () => {
  const item = { type: 'function_call', id: 'fc', call_id: 'a', name: 'f' }
  const begun = { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } }
  const delta = (piece: string) => ({
    type: 'response.function_call_arguments.delta',
    output_index: 0,
    delta: piece,
  })
  const done = (all: string) => [
    { type: 'response.output_item.done', output_index: 0, item: { ...item, arguments: all } },
    { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } },
  ]
  const chunk = (piece: string) => ({
    choices: [
      { index: 0, delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: piece } }] } },
    ],
  })
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }

  test.each<[string, Format, Format, string[], string]>([
    ['in one piece, of Responses', 'messages', 'responses', ['null'], '{}'],
    ['in two pieces, of Responses', 'messages', 'responses', ['nu', 'll'], '{}'],
    ['with spaces, of Responses', 'chat', 'responses', [' ', 'null', '\n'], '{}'],
    ['in one piece, of a chat', 'messages', 'chat', ['null'], '{}'],
    ['in two pieces, of a chat', 'messages', 'chat', ['nu', 'll'], '{}'],
    ['in two pieces, of a chat for Responses', 'responses', 'chat', ['n', 'ull'], '{}'],
    ['within an object', 'messages', 'chat', ['{"a":', 'null', '}'], '{"a":null}'],
    ['as a word in a list of letters', 'chat', 'responses', [' ', '{"n":', '"null"}'], ' {"n":"null"}'],
  ])('%s', (_, from, to, pieces, told) => {
    const events =
      to === 'chat' ? [...pieces.map(chunk), last] : [begun, ...pieces.map(delta), ...done(pieces.join(''))]
    expect(argumentsIn(streamed(from, to, events))).toBe(told)
  })

  test.each<Format>(['messages', 'chat'])('in a whole response, for %s', (from) => {
    const output = [{ ...item, arguments: 'null' }]
    const answer = translateAnswer(makePlan('openai', { from, to: 'responses' }), {
      id: 'r',
      status: 'completed',
      output,
    })
    expect(JSON.stringify(answer)).toContain(from === 'chat' ? '"arguments":"{}"' : '"input":{}')
  })

  const talk = chat({
    messages: [user(), assistant(null, call('a', 'f', 'null')), result('a', 'x'), user()],
  })
  const items = responses({
    input: [
      { ...item, arguments: ' null ' },
      { type: 'function_call_output', call_id: 'a', output: 'x' },
    ],
  })
  test.each<[Format, Format, object]>([
    ['chat', 'responses', talk],
    ['responses', 'chat', items],
  ])('of earlier calls, from %s to %s', (from, to, body) => {
    expect(JSON.stringify(translateBody(from, to, body).body)).toContain('"arguments":"{}"')
  })
})

/** All pieces of the arguments in the events of a stream. */
function argumentsIn(text: string): string {
  const pieces = text.matchAll(
    /"(?:partial_json|arguments)":("(?:[^"\\]|\\.)*")|arguments\.delta.*?"delta":("(?:[^"\\]|\\.)*")/g,
  )
  const all = [...pieces].map(([, one, other]) => JSON.parse(one ?? other!) as string)
  // The end of an item repeats the whole.
  return text.includes('response.completed') ? all.at(-1)! : all.join('')
}

describe('a call of a tool that the client did not offer', () => {
  const body = chat({ messages: [user(), assistant(null, call('a')), result('a', 'x'), user()] })
  const used = { type: 'tool_use', id: 'b', name: 'f', input: { a: 1 } }

  test('is left out and named', () => {
    const { plan } = translateBody('chat', 'messages', body)
    const content = [{ type: 'text', text: 'so' }, used]
    const answer = translateAnswer(plan, { id: 'm', content, stop_reason: 'tool_use' })
    expect(answer).toMatchObject({ choices: [{ message: { content: 'so' }, finish_reason: 'stop' }] })
    expect(JSON.stringify(answer)).not.toContain('tool_calls')
    expect(plan.leftOut).toEqual(['tool_calls'])
  })

  test('arrives if the client offers tools', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    const { plan } = translateBody('chat', 'messages', { ...body, tools })
    const answer = translateAnswer(plan, { id: 'm', content: [used], stop_reason: 'tool_use' })
    expect(answer).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] })
  })
})
