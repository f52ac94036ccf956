import { expect, test } from 'vitest'
import { scrubRequest } from '../../../src/lib/translate/translate.ts'

const thought = (signature: string) => `{"type":"thinking","thinking":"hm","signature":"${signature}"}`
const messages = (...blocks: string[]) =>
  `{"n": 12345678901234567890, "messages": [{"role":"assistant","content":[${blocks.join(',')}]}]}`
const text = '{"type":"text","text":"x","2":1,"1":2}'
const input = (...items: string[]) => `{"input":[${items.join(',')}],"model":"m"}`
const reasoning = (sealed: string) => `{"type":"reasoning","summary":[],"encrypted_content":"${sealed}"}`
const unsealed = (id: string) => `{"type":"reasoning","id":"${id}","summary":[],"encrypted_content":null}`
const once = { provider: 'anthropic', dropsAll: false }

test.each([
  ['unsigned thinking', 'messages', messages(thought(''), text), messages(text)],
  ['an envelope', 'messages', messages(thought('qwenctl.1.openai.data.x'), text), messages(text)],
  ['a lone thought', 'messages', messages(thought('')), messages().replace('[]', '"..."')],
  ['an envelope', 'responses', input(reasoning('qwenctl.1.anthropic.data.x'), '{"a":1}'), input('{"a":1}')],
  ['thinking of another model', 'responses', input(unsealed('rs_qwenctl_1_0'), '{"a":1}'), input('{"a":1}')],
] as const)('%s is left out of %s', (_, format, given, wanted) => {
  expect(JSON.parse(scrubRequest(format, given, once)!)).toEqual(JSON.parse(wanted))
  expect(scrubRequest(format, given, once)).toContain(format === 'messages' ? '12345678901234567890' : '"m"')
})

test.each([
  ['messages', messages(thought('signed'), text)],
  ['responses', input(reasoning('gAAA'))],
  ['responses', input(unsealed('rs_0f3'))],
  ['chat', '{"messages":[]}'],
] as const)('a service gets its own state back in %s', (format, given) => {
  expect(scrubRequest(format, given, once)).toBeNull()
})

test('a service that signs nothing keeps its thinking', () => {
  const given = messages(thought(''), text)
  expect(JSON.parse(scrubRequest('messages', given, { ...once, provider: 'deepseek' })!)).toEqual(
    JSON.parse(given),
  )
})

test.each([
  ['messages', messages(thought('foreign'), text), messages(text)],
  ['responses', input(reasoning('foreign'), '{"a":1}'), input('{"a":1}')],
] as const)('all sealed state goes where the account could not open it: %s', (format, given, wanted) => {
  const kept = scrubRequest(format, given, { ...once, dropsAll: true })
  expect(JSON.parse(kept!)).toEqual(JSON.parse(wanted))
})
