import fc from 'fast-check'
import { expect, test } from 'vitest'
import { skipValue, type Span } from '../../../../../src/lib/proxy/wire/body/json-scan.ts'
import { skipMessages } from '../../../../../src/lib/proxy/wire/body/opening-messages.ts'

const content = fc.oneof(fc.string(), fc.constant(null), fc.array(fc.record({ text: fc.string() })))
const message = fc.oneof(
  fc.record(
    { role: fc.constantFrom('system', 'assistant', 'user', 'users', 7), content },
    { requiredKeys: [] },
  ),
  fc.record({ content, name: fc.string(), role: fc.constant('assistant') }),
  fc.jsonValue({ maxDepth: 1 }),
)

test('for any messages, finds the contents up to those of the user, and the end', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.nat(2), (messages, indent) => {
      const body = Buffer.from(JSON.stringify(messages, null, indent))
      const found: Span[] = []
      expect(skipMessages(body, 0, 1, found)).toBe(body.length)
      const read = found.map(({ start, end }) => JSON.parse(body.toString('utf8', start, end)) as unknown)
      expect(read).toEqual(JSON.parse(JSON.stringify(readOpening(messages))))
    }),
    { numRuns: 1000 },
  )
})

test('for anything else, ends where any value ends', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"content"',
    '"role"',
    '"user"',
    '1',
    ' ',
    'true',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const body = Buffer.from(`[${tokens.join('')}`)
      expect(skipMessages(body, 0, 1, [])).toBe(skipValue(body, 0, 1))
    }),
    { numRuns: 5000 },
  )
})

function readOpening(messages: unknown[]): unknown[] {
  const contents: unknown[] = []
  for (const each of messages.slice(0, 8)) {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) continue
    const { role, content } = each as { role?: unknown; content?: unknown }
    if (content !== undefined) contents.push(content)
    if (role === 'user') break
  }
  return contents
}
