import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readName } from '../../../../../src/lib/proxy/wire/body/read-name.ts'
import { readString } from '../../../../../src/lib/proxy/wire/body/scan-body.ts'

test('for any values one after the other, reads each as if none had come before', () => {
  const value = fc.oneof(
    fc.constantFrom('gpt-4o', 'gpt-4.1', 'gpt-5', 'x'.repeat(126), 'x'.repeat(127), 'é', '', 'a"b'),
    fc.string({ maxLength: 3 }),
    fc.constantFrom(1, null, true, ['gpt-5'], {}),
  )
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), (values) => {
      for (const each of values) {
        const body = Buffer.from(`:${JSON.stringify(each)}`)
        const span = { start: 1, end: body.length }
        expect(readName(body, span)).toBe(readString(body, span))
      }
    }),
    { numRuns: 500 },
  )
})

test('when the body that a name was read from is overwritten, the name is still known by its own bytes', () => {
  const body = Buffer.from('"qwen3-max"')
  const span = { start: 0, end: body.length }
  expect(readName(body, span)).toBe('qwen3-max')
  body.write('"qwen4-max"')
  expect(readName(body, span)).toBe('qwen4-max')
})

test('when there is no name, reads none', () => {
  expect(readName(Buffer.from('{}'), undefined)).toBeNull()
})
