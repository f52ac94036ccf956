import { expect, test } from 'vitest'
import { scanBody } from '../../../../../src/lib/proxy/wire/body/scan-body.ts'
import type { Session } from '../../../../../src/lib/rotation/rotation-request.ts'
import { conversationHint, readSessionHeader } from '../../../../../src/lib/proxy/wire/body/session-hint.ts'

const system = { role: 'system', content: `You are a coding agent. ${'Follow the rules. '.repeat(2000)}` }
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })

test.each([
  [{ 'x-claude-code-session-id': 'a', 'x-session-id': 'b' }, 'a'],
  [{ 'x-qwen-code-session-id': 'q', session_id: 's' }, 'q'],
  [{ session_id: 's', 'x-session-id': 'b' }, 's'],
  [{ 'x-session-id': 'b' }, 'b'],
  [{ 'x-session-id': '' }, 'cache'],
])('when the headers are %j, the hint is %s', (headers, expected) => {
  expect(hint({ prompt_cache_key: 'cache', user: 'u', messages: [user('hello')] }, headers)).toBe(expected)
})

test.each([
  [{ prompt_cache_key: 'cache', session_id: 's', user: 'u' }, 'cache'],
  [{ session_id: 's', user: 'u' }, 's'],
  [{ user: 'u', metadata: { user_id: 'm' } }, 'u'],
  [{ user: '', metadata: { other: 1, user_id: 'm' } }, 'm'],
  [{ user: 7, metadata: 'odd' }, null],
  [{}, null],
])('when the body is %j, the hint is %j', (body, expected) => {
  expect(hint(body)).toBe(expected)
})

test('when a conversation grows, it keeps its hint', () => {
  const first = [system, user('Fix the build')]
  const later = [...first, assistant('Done'), user('Thanks, now the tests')]
  expect(hint({ messages: first })).toBeTypeOf('number')
  expect(hint({ messages: later })).toBe(hint({ messages: first }))
})

test('when a conversation of one message grows, it keeps its hint', () => {
  const first = [user('Fix the build')]
  expect(hint({ messages: [...first, assistant('Done'), user('More')] })).toBe(hint({ messages: first }))
})

test('when the client moves its cache marks and changes the form of its messages, the hint stays', () => {
  const marked = [user([{ type: 'text', text: 'Fix the build', cache_control: { type: 'ephemeral' } }])]
  const plain = [user('Fix the build'), assistant('Done')]
  expect(hint({ system: 'S', messages: marked })).toBe(
    hint({ system: [{ type: 'text', text: 'S' }], messages: plain }),
  )
})

test('when the attribution block of Claude Code changes with every request, the hint stays', () => {
  const request = (cch: string) => ({
    system: [
      { type: 'text', text: `x-anthropic-billing-header: cc_version=2.1; cch=${cch}` },
      { type: 'text', text: 'You are Claude Code' },
    ],
    messages: [user('hi')],
  })
  expect(hint(request('aa'))).toBe(hint(request('bb')))
})

test('when conversations share a long system prompt, what the user says first tells them apart', () => {
  const hints = Array.from({ length: 200 }, (_, at) =>
    hint({ messages: [system, user(`Task number ${at}`)] }),
  )
  expect(new Set(hints).size).toBe(200)
})

test('when long system prompts differ at their end or in length only, the hints differ', () => {
  const withEnd = (end: string) => hint({ system: `${system.content}${end}`, messages: [user('hi')] })
  expect(new Set([withEnd(''), withEnd(' '), withEnd('cwd: /a'), withEnd('cwd: /b')]).size).toBe(4)
})

test('when long texts differ in length alone, the hints differ', () => {
  const withLength = (length: number) => hint({ messages: [user('x'.repeat(length))] })
  expect(withLength(10_000)).not.toBe(withLength(10_001))
})

test('when the words are the same but fall into other texts, the hints differ', () => {
  expect(hint({ system: 'ab', messages: [user('c')] })).not.toBe(
    hint({ system: 'a', messages: [user('bc')] }),
  )
})

test('when the request is in the Responses format, instructions and the first input tell', () => {
  const request = (text: string) => ({
    instructions: 'I',
    input: [{ role: 'user', content: [{ type: 'input_text', text }] }],
  })
  expect(hint(request('a'))).not.toBe(hint(request('b')))
  expect(hint({ input: 'a' })).not.toBe(hint({ input: 'b' }))
  expect(hint({ input: 'a' })).toBe(hint({ input: 'a' }))
})

test.each([
  { system: 'S' },
  { system: 'S', messages: [] },
  { messages: 'odd'.length },
  { messages: { role: 'user' } },
  { input: ['embed', 'these'] },
  { messages: [user([{ type: 'image_url', image_url: { url: 'data:' } }])] },
])('when nothing was said (%j), there is no hint', (body) => {
  expect(hint(body)).toBeNull()
})

function hint(body: object, headers: Record<string, string> = {}): Session | null {
  const bytes = Buffer.from(JSON.stringify(body))
  const scan = scanBody(bytes)
  if (!scan.ok) throw new Error(scan.reason)
  return readSessionHeader((name) => headers[name]) ?? conversationHint(bytes, scan, null).session
}
