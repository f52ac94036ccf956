import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from '../../src/lib/base/text/printable.ts'
import { readJson } from '../../web/src/api/read-json.ts'

test('shows a text of the API as the command line shows it', () => {
  const awkward = fc.string({
    unit: fc.constantFrom(...'ab"\\ \n\r\t\u001b\u009b\u007f\u202e\u2066\u200eé✓'),
  })
  fc.assert(
    fc.property(awkward, (text) => {
      expect(readJson(JSON.stringify({ model: text, list: [text] }))).toEqual({
        model: printable(text),
        list: [printable(text)],
      })
    }),
  )
})

test.each(['null', '12', '{"a":[true,"plain – text"]}'])('reads %s as it is', (json) => {
  expect(readJson(json)).toEqual(JSON.parse(json))
})
