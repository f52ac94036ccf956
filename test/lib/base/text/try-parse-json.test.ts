import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tryParseJson } from '../../../../src/lib/base/text/try-parse-json.ts'

test('reads any JSON, null and false included', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(tryParseJson(text)).toEqual(JSON.parse(text))
    }),
  )
})

test.each(['', '{', '{"a":1', 'undefined', '<html>', '{"a":1} tail'])('has no value for %j', (text) => {
  expect(tryParseJson(text)).toBeUndefined()
})
