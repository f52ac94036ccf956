import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base'
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, test } from 'vitest'
import { boundTokens, estimateInput } from '../../../../src/lib/proxy/wire/token-bound.ts'

const latin1 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('latin1')
const bound = (text: string) => boundTokens(latin1({ content: text }))

const words =
  'the quick brown fox jumps over a lazy dog and returns with internationalization understanding configuration'.split(
    ' ',
  )
const texts: [string, string][] = [
  [
    'English',
    'Limits are counted before a request is sent. If the account has no room, the next one is asked.',
  ],
  ['German', 'Größe und Straße: die Rechnung wird am fünfzehnten jedes Monats verschickt, sofern nötig.'],
  ['Russian', 'Учётная запись исчерпала дневной лимит, и прокси выбирает следующую.'],
  ['Chinese', '账户的每日配额已经用完,代理会选择下一个可用的账户,直到重置时间为止。'],
  ['Japanese', 'アカウントの一日の上限に達したため、プロキシは次のアカウントを選びます。'],
  ['Arabic', 'وصل الحساب إلى حده اليومي ويختار الوكيل الحساب التالي.'],
  ['emoji', '👍🏽 🎉 all done 🚀🚀 family 👨‍👩‍👧‍👦'],
  ['numbers', '3.14159, 2026-11-30T02:15:28Z, 1,234,567 and 0xdeadbeef'],
  ['code', readFileSync(new URL('./token-bound.test.ts', import.meta.url), 'utf8')],
  [
    'JSON',
    JSON.stringify({ name: 'read_file', arguments: { path: '/src/index.ts', lines: [1, 200] } }, null, 2),
  ],
  ['base64', Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 7919) % 256)).toString('base64')],
]

describe('the bound of tokens', () => {
  test.each(texts)('%s: never less than a tokenizer counts', (_, text) => {
    expect(bound(text)).toBeGreaterThanOrEqual(countO200k(text))
    expect(bound(text)).toBeGreaterThanOrEqual(countCl100k(text))
  })

  test('text of words: never less, and at most four times as much', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 20, maxLength: 200 }), (chosen) => {
        const text = chosen.join(' ')
        expect(bound(text)).toBeGreaterThanOrEqual(countO200k(text))
        expect(bound(text)).toBeLessThanOrEqual(4 * countO200k(text))
      }),
      { numRuns: 50 },
    )
  })

  test('pieces of a stream together are never less than a tokenizer counts', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words, ' ', '\n', 'é', '中', '7')), (pieces) => {
        const inPieces = pieces.reduce((sum, piece) => sum + bound(piece), 0)
        const counted = pieces.reduce((sum, piece) => sum + countO200k(piece), 0)
        expect(inPieces).toBeGreaterThanOrEqual(counted)
      }),
    )
  })

  test.each([
    ['chat', { choices: [{ delta: { content: 'hello' } }] }],
    ['reasoning', { choices: [{ delta: { reasoning_content: 'hello' } }] }],
    ['a tool call', { choices: [{ delta: { tool_calls: [{ function: { arguments: 'hello' } }] } }] }],
    ['completions', { choices: [{ text: 'hello' }] }],
    ['Messages', { type: 'content_block_delta', delta: { type: 'text_delta', text: 'hello' } }],
    [
      'Messages, thinking',
      { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hello' } },
    ],
    ['Messages, a tool', { type: 'content_block_delta', delta: { partial_json: 'hello' } }],
    ['Responses', { type: 'response.output_text.delta', delta: 'hello' }],
    ['Gemini', { candidates: [{ content: { parts: [{ text: 'hello' }] } }] }],
    ['Ollama', { response: 'hello' }],
  ])('reads the text of %s', (_, frame) => {
    expect(boundTokens(latin1(frame))).toBe(2)
  })

  test('a frame without text, and a picture, have none', () => {
    expect(boundTokens(latin1({ choices: [{ delta: {}, finish_reason: 'stop' }] }))).toBe(0)
    expect(boundTokens(latin1({ data: [{ b64_json: 'AAAA' }] }))).toBe(0)
  })
})

describe('the estimate of a request', () => {
  test('is at least what a tokenizer counts for its words, and a picture is not text', () => {
    const text = texts[0]![1].repeat(50)
    const body = Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: text }] }))
    expect(estimateInput(body)).toBeGreaterThanOrEqual(countO200k(text))
    const picture = Buffer.from(JSON.stringify({ url: `data:image/png;base64,${'A'.repeat(900_000)}` }))
    expect(estimateInput(picture)).toBeLessThan(2000)
  })
})
