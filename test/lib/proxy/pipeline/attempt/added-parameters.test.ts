import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leaveOut, refusedAddition } from '../../../../../src/lib/proxy/pipeline/attempt/added-parameters.ts'

test('a member that is left out is gone, and all others keep their order and bytes', () => {
  const key = fc
    .stringMatching(/^[a-z_]{1,12}$/)
    .filter((name) => !/^max_/.test(name) && name !== '__proto__')
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.jsonValue()),
      fc.jsonValue(),
      fc.nat(),
      fc.constantFrom(0, 1),
      (rest, value, at, indent) => {
        const entries = Object.entries(rest).filter(([name]) => name !== 'gone')
        const all = entries.toSpliced(at % (entries.length + 1), 0, ['gone', value])
        const body = Buffer.from(JSON.stringify(Object.fromEntries(all), null, indent))
        const left = leaveOut(body, ['gone', 'never_there']).toString()
        expect(JSON.stringify(JSON.parse(left))).toBe(JSON.stringify(Object.fromEntries(entries)))
      },
    ),
  )
})

test("Groq's name of earlier thinking goes where a model refuses it (vercel/ai#8057)", () => {
  const sent = Buffer.from('{"messages":[{"role":"assistant","content":"b","reasoning":"so"}]}')
  const message = "'messages.0' : for 'role:assistant' property 'reasoning' is unsupported"
  const body = Buffer.from(JSON.stringify({ error: { message } }))
  expect(refusedAddition({ body }, sent, Buffer.from('{}'))).toBe('messages.reasoning')
  expect(refusedAddition({ body }, sent, sent)).toBe(null)
  expect(leaveOut(sent, ['messages.reasoning']).toString()).toBe(
    '{"messages":[{"role":"assistant","content":"b"}]}',
  )
})

test('a member that is there twice is gone twice', () => {
  const body = Buffer.from('{"a":1,"gone":1,"gone":2}')
  expect(leaveOut(body, ['gone']).toString()).toBe('{"a":1}')
  expect(leaveOut(Buffer.from('{"gone":1,"gone":2}'), ['gone']).toString()).toBe('{}')
})

test('a member of thirty thousand messages is gone in one pass', () => {
  const turn = (more: string) => `{"role":"assistant","content":"b"${more}}`
  const body = (more: string) =>
    `{"messages":[${Array.from({ length: 30_000 }, () => turn(more)).join(',')}]}`
  const left = leaveOut(Buffer.from(body(',"reasoning_content":"so"')), ['messages.reasoning_content'])
  expect(left.equals(Buffer.from(body('')))).toBe(true)
})

test('a limit of tokens moves to its other name', () => {
  const body = Buffer.from('{"a":1,"max_completion_tokens": 9,"b":2}')
  expect(leaveOut(body, ['max_completion_tokens']).toString()).toBe('{"a":1,"max_tokens":9,"b":2}')
})

test('of the refused summary of thinking, the effort stays', () => {
  const sent = Buffer.from('{"model":"m","reasoning":{"effort":"high","summary":"auto"},"store":false}')
  const message =
    'Your organization must be verified to generate reasoning summaries. Please go to the settings.'
  const body = Buffer.from(JSON.stringify({ error: { message, param: 'reasoning.summary' } }))
  const refused = refusedAddition({ body }, sent, Buffer.from('{"model":"m"}'))
  expect(refused).toBe('reasoning.summary')
  expect(leaveOut(sent, [refused!]).toString()).toBe(
    '{"model":"m","reasoning":{"effort":"high"},"store":false}',
  )
})

test.each([
  ['messages.2.assistant.reasoning_content: property is unsupported', 'Kilo-Org/kilocode#10375'],
  [
    "Unknown parameter: 'messages[1].reasoning_content'.",
    'https://platform.openai.com/docs/guides/error-codes',
  ],
  [
    'body -> messages -> 1 -> reasoning_content: Extra inputs are not permitted',
    'vllm-project/vllm: pydantic',
  ],
])('refused thinking in messages goes, and the messages stay: %s (%s)', (message) => {
  const sent = Buffer.from(
    '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"so"},{"reasoning_content":"","role":"assistant"}],"model":"m"}',
  )
  const refused = refusedAddition({ body: Buffer.from(JSON.stringify({ message })) }, sent, Buffer.from('{}'))
  expect(refused).toBe('messages.reasoning_content')
  expect(leaveOut(sent, [refused!]).toString()).toBe(
    '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant"}],"model":"m"}',
  )
})

test('thinking that a service wants stays', () => {
  const sent = Buffer.from('{"messages":[{"role":"assistant","reasoning_content":"so"}]}')
  const body = Buffer.from('thinking is enabled but reasoning_content is missing: it must be passed back')
  expect(refusedAddition({ body }, sent, Buffer.from('{}'))).toBeNull()
})

test('of refused thinking, the display goes first', () => {
  const sent = Buffer.from('{"model":"m","thinking":{"type":"adaptive","display":"summarized"}}')
  const body = Buffer.from(
    '{"error":{"message":"thinking.adaptive.display: Extra inputs are not permitted"}}',
  )
  const refused = refusedAddition({ body }, sent, Buffer.from('{}'))
  expect(refused).toBe('thinking.display')
  const left = leaveOut(sent, [refused!])
  expect(left.toString()).toBe('{"model":"m","thinking":{"type":"adaptive"}}')
  expect(refusedAddition({ body }, left, Buffer.from('{}'))).toBe('thinking')
})
